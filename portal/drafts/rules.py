# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a form is a draft, how long it stays, and which pages take one up. Pure."""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

View = TypeVar("View", bound=Callable)
Fields = list[tuple[str, str]]
"""The fields of a form as they would be sent, without those that only the program reads."""

KEPT = timedelta(days=14)
"""A draft that nobody came back to is thrown away: it holds data of persons."""
REMEMBERED = timedelta(days=1)
"""How long it is known that a form was saved: its page cannot be sent after its session ended."""
LARGEST = 25_000
"""Characters; the longest form has two texts of ten thousand."""
MOST = 30
MOST_WHILE_LOCKED = 3
NOT_TYPED = frozenset({"csrf_token", "form_token"})


def resumes_drafts(view: View) -> View:
    """A page that fills its form from the draft named in its address as `bozza`."""
    view.resumes_drafts = True  # type: ignore[attr-defined]
    return view


def typed_in(sent: Iterable[tuple[str, str]]) -> Fields:
    """What a person typed, of all that a form sends; the version stays, for conflicts."""
    return [(name, value) for name, value in sent if name.rpartition("-")[2] not in NOT_TYPED]


def digest(sent: Iterable[tuple[str, str]]) -> bytes:
    """The hash of what a form says, by which a twin of it is told from another content."""
    said = [field for field in typed_in(sent) if field[0] != "version"]
    return hashlib.sha256(json.dumps(said).encode()).digest()
