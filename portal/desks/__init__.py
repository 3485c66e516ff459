# SPDX-License-Identifier: AGPL-3.0-or-later
"""Networks, desks and zones: who offers the service. Not who works there: see accounts."""
