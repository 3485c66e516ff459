# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two cards of one person: what the one card says, and how they part again."""
