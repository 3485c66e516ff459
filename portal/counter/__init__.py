# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is at the desk, and what do they ask: the screen on which the work is done."""
