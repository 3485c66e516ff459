# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a request can come to, and how a browser sees it."""

from dataclasses import dataclass
from enum import StrEnum


class Row(StrEnum):
    """Whose row an address names: the place's or the account's own, another's, or nobody's."""

    OWN = "own"
    FOREIGN = "foreign"
    ABSENT = "absent"


class Outcome(StrEnum):
    """What somebody gets from a route."""

    WRONG_METHOD = "405"
    FORGED = "400"
    SIGN_IN = "sign in"
    NOT_THERE = "404"
    NOT_ALLOWED = "403"
    ADMITTED = "admitted"
    OPEN = "open"


@dataclass(frozen=True)
class Answer:
    """An outcome as a browser sees it: on a page, or in htmx, which is sent on by a header."""

    page: tuple[int, ...]
    htmx: tuple[int, ...]
    leads_to: str = ""
    leaves: frozenset[str] = frozenset()
    """The tables in which a refusal may leave its trace."""


ANSWERS = {
    Outcome.WRONG_METHOD: Answer((405,), (405,)),
    Outcome.FORGED: Answer((400,), (400,)),
    Outcome.SIGN_IN: Answer((303,), (204,), leads_to="/accedi"),
    Outcome.NOT_THERE: Answer((404,), (404,), leaves=frozenset({"use_count"})),
    Outcome.NOT_ALLOWED: Answer((403,), (403,), leaves=frozenset({"security_event"})),
    Outcome.ADMITTED: Answer((200, 303, 422), (200, 204, 422)),
    Outcome.OPEN: Answer((200, 303, 422, 429), (200, 204, 422, 429)),
}
