# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the page says when two people changed one record: who did, when, and the rows to choose."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from portal.accounts.queries import list_names
from portal.core import clock
from portal.core.italy import formats
from portal.core.web.edit_conflicts import Difference, Meeting

CHOICE = "keep-"


class AnyChange(Protocol):
    """A change of any record."""

    @property
    def at(self) -> datetime: ...

    @property
    def account_id(self) -> UUID | None: ...


@dataclass(frozen=True)
class ToldTwice:
    """One record told by two: `by` is who saved first (empty: the command line or a file)."""

    by: str
    when: str
    hour: str
    rows: tuple[Difference, ...]
    chosen: dict[str, str]
    """Choices that were sent while others were still open."""
    asked_again: bool
    """Whether this table was sent already, with a row left open."""

    @property
    def missing(self) -> list[str]:
        """The rows for which no value was chosen, once they were asked for."""
        if not self.asked_again:
            return []
        return [
            str(row.label) for row in self.rows if not row.keeps and row.name not in self.chosen
        ]


def choices() -> dict[str, str]:
    """The values chosen in the table of a conflict: part and whose value stays."""
    sent = request.form.items()
    return {name.removeprefix(CHOICE): one for name, one in sent if name.startswith(CHOICE)}


def told_twice(meeting: Meeting[Any], change: AnyChange | None, *, shown: bool) -> ToldTwice:
    """The table of a conflict, with who saved meanwhile.

    A choice that was made before they did was made between other values: it is asked again.
    """
    by, when, hour = who_changed(change)
    chosen = choices() if shown else {}
    return ToldTwice(by, when, hour, tuple(meeting.rows), chosen, asked_again=shown)


def who_changed(change: AnyChange | None) -> tuple[str, str, str]:
    """(«Anna Bianchi», «alle 10:41», «10:41») of a change; another day is said with its date."""
    if change is None:
        return "", "", ""
    at = clock.in_rome(change.at)
    hour = formats.hour(at)
    if at.date() == clock.today():
        when = _("alle %(hour)s", hour=hour)
    else:
        when = _("il %(day)s alle %(hour)s", day=formats.day(at.date()), hour=hour)
    names = list_names([change.account_id]) if change.account_id else {}
    return names.get(change.account_id, "") if change.account_id else "", when, hour
