# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database: who speaks in it, when it counts, what is remembered of it."""
