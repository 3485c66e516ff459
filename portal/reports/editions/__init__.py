# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relazione frozen with its figures: its life, what it froze, what happened since."""
