# SPDX-License-Identifier: AGPL-3.0-or-later
"""The states that a letter goes through, and for how long it is tried. Pure."""

from datetime import datetime, timedelta

OVER = ("sent", "failed", "uncertain")
"""States that nothing leaves by itself."""
AGAIN = ("failed", "uncertain")
"""States from which a person may have the letter sent again."""
UNDER_WAY = ("queued", "claimed", "transmitting")
"""States that the next look may find changed."""
INTERNAL = "internal"
"""What is said of a letter that our own error kept from leaving."""
GIVE_UP = timedelta(hours=48)


def gives_up(asked_at: datetime, attempts: int, now: datetime) -> bool:
    """After two days of trying; a first attempt, which counts already, is made however late."""
    return attempts > 1 and now - asked_at > GIVE_UP
