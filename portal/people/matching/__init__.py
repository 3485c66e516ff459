# SPDX-License-Identifier: AGPL-3.0-or-later
"""How names are written, and how alike two persons are. Pure."""
