# SPDX-License-Identifier: AGPL-3.0-or-later
"""PostgreSQL and Valkey for a machine that has neither: our care for their programs.

Knows settings and nothing of the application above it.
"""

from portal.embedded.room import Room, machine_room

__all__ = ["Room", "machine_room"]
