# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tally has. Pure."""

KEYS = 9
"""How many topics have a key of their own."""
