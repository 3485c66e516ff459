# SPDX-License-Identifier: AGPL-3.0-or-later
"""PostgreSQL and Valkey for a machine that has neither, and the portal’s own programs beside them.

Knows settings and nothing of the application above it, save the names of what it starts.
"""

from portal.embedded.room import Room, machine_room

__all__ = ["Room", "machine_room"]
