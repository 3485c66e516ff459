# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one exception that speaks to people.

A Refusal carries one plain sentence that says what is wrong and where. Pages answer it with 422
and keep what was typed; the command line prints it and exits with 1.
"""


class Refusal(Exception):
    """Something the person asked for cannot be done, and why, in one sentence."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class Conflict(Refusal):
    """Somebody else saved the same record meanwhile: nothing is overwritten unseen."""


class NotHere(Exception):
    """No such object in this scope: another desk's object and an absent one are the same."""
