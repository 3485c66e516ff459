# SPDX-License-Identifier: AGPL-3.0-or-later
"""The story of a person, by year: visits, and changes of the data between them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.core.italy import formats
from portal.people.queries import Merged, PersonChange
from portal.taxonomy.queries import get_topic
from portal.visits.queries import DayRow, VisitEntry
from portal.visits.rules import CHANNEL_LABELS, INTERPRETER_LABELS, Channel, Interpreter


def asked_in(entry: VisitEntry | DayRow) -> str:
    """The short names of what was asked in a visit, in order."""
    if not entry.topics:
        return _("Nessuna richiesta")
    return ", ".join(get_topic(version, code).short_name for version, code in entry.topics)


@dataclass(frozen=True)
class Event:
    """A visit with what was asked, or a change of the card with who made it."""

    on: date
    side: str
    visit_id: UUID | None = None
    topics: tuple[str, ...] = ()
    note: str = ""
    for_third_party: bool = False
    interpreter: str = ""
    change: str = ""
    merged: Merged | None = None
    """The card that was made part of this one, as long as that can be undone."""

    @property
    def day(self) -> str:
        return formats.day_month(self.on)


@dataclass(frozen=True)
class Year:
    """A year and what happened in it, the latest first."""

    name: int
    events: tuple[Event, ...]


def title(visits: Sequence[VisitEntry]) -> str:
    """«Storia: 4 accessi, 6 richieste»."""
    enquiries = sum(len(visit.topics) for visit in visits)
    return _(
        "Storia: %(visits)s, %(enquiries)s",
        visits=ngettext(
            "%(n)s accesso", "%(n)s accessi", len(visits), n=formats.count(len(visits))
        ),
        enquiries=ngettext(
            "%(n)s richiesta", "%(n)s richieste", enquiries, n=formats.count(enquiries)
        ),
    )


def years(
    visits: Iterable[VisitEntry],
    changes: Iterable[PersonChange],
    merged: Iterable[Merged],
    names: Mapping[UUID, str],
) -> list[Year]:
    """Everything by year, the latest first; on one day visits come before changes."""
    events = [_visit(visit) for visit in visits]
    events += [_merge(card, names) for card in merged]
    events += [_change(change, names) for change in changes]
    events.sort(key=attrgetter("on"), reverse=True)
    return [Year(year, tuple(those)) for year, those in groupby(events, lambda one: one.on.year)]


def _visit(visit: VisitEntry) -> Event:
    return Event(
        on=visit.visited_on,
        side=str(CHANNEL_LABELS[Channel(visit.channel)]).lower(),
        visit_id=visit.id,
        topics=tuple(get_topic(version, code).label for version, code in visit.topics),
        note=visit.note,
        for_third_party=visit.for_third_party,
        interpreter=_interpreter(visit.interpreter),
    )


def _interpreter(known: str | None) -> str:
    """Who interpreted; nothing where nobody did or nobody said."""
    found = Interpreter(known) if known else Interpreter.NONE
    return "" if found is Interpreter.NONE else str(INTERPRETER_LABELS[found])


def _change(change: PersonChange, names: Mapping[UUID, str]) -> Event:
    return Event(
        on=clock.in_rome(change.at).date(),
        side=names.get(change.account_id, "") if change.account_id else "",
        change=change.text,
    )


def _merge(merged: Merged, names: Mapping[UUID, str]) -> Event:
    return Event(
        on=clock.in_rome(merged.at).date(),
        side=names.get(merged.account_id, "") if merged.account_id else "",
        change=_("Unita con la scheda di %(name)s", name=merged.name),
        merged=merged if merged.can_be_undone else None,
    )
