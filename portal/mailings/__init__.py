# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters out: recipients of a desk or network, one delivery for each, and what became of it."""
