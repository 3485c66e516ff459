# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters to recipients."""
