# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented months of a desk, on record, approved and told as the worker does; all of it written
down here besides: who came, what they asked, and every paper that reached the overseer.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.store.database import db
from portal.oversight.actions import publish_edition
from portal.oversight.models import PublishedFigure
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.disclose import disclose
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.models import Disclosure
from portal.reports.publication.public_files import public_file
from portal.visits import actions as visits
from portal.visits.queries import get_visit
from portal.visits.rules import VisitFacts

YEAR = 2026
SENSITIVE = ("SAN", "PRO", "TUT", "SOC-INV", "SOC-ECO")
ASKED = {"CIT": 20, "SOG-RIN": 25, "LAV": 8, "FOR": 6, "BUR": 7, "FAM-RIC": 4,
         "SAN": 5, "PRO": 3, "TUT": 2, "SOC-INV": 2, "CAS": 2}  # fmt: skip
LONGER = {"T": 3, "Q": 4, "S": 6}
"""Months of the periods between a month and a year; some cross each other."""
Window = tuple[date, date]
Asked = Mapping[int, tuple[str, ...]]
"""By person, what they asked in a period, in order."""
Lines = Mapping[str, int | None]
AtDesk = Callable[..., AbstractContextManager[None]]


@dataclass
class Visit:
    """A visit on record; a nameless one is a person of its own."""

    id: UUID
    day: date
    person: int
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """What reached the overseer of one period: numbers, None where there is a mark, no line."""

    window: Window
    reader: str
    users: int | None
    total: int | None
    lines: Lines
    sexes: Mapping[str, int | None]
    asked: Asked | None
    """What was on record, for whoever judges the paper; nothing known of it fits the numbers."""
    inside: Mapping[str, int] = field(default_factory=dict)
    """The counts behind the marks, as they were written down when it was told."""


@dataclass
class History:
    """A desk, its records and its papers."""

    random: Random
    at_desk: AtDesk
    visits: list[Visit] = field(default_factory=list)
    people: dict[int, UUID | None] = field(default_factory=dict)
    papers: list[Paper] = field(default_factory=list)
    records: list[list[Visit]] = field(default_factory=list)
    """The visits, each time that an edition was counted."""
    refused: int = 0
    carried: set[tuple[Window, Window]] = field(default_factory=set)
    """Which corrections were told within which other period."""

    def live(self, month: int, busy: int) -> None:
        """A month's visits; what is found out late; what was wrong."""
        first = date(YEAR, month, 1)
        for _ in range(self.random.randint(busy // 2, busy)):
            self._record(first + timedelta(self.random.randrange(28)))
        for _ in range(self.random.choice((0, 1, 1, 2, 5))):
            self._record(date(YEAR, self.random.randint(1, month), 15))
        for _ in range(self.random.choice((0, 0, 1))):
            one = self.visits.pop(self.random.randrange(len(self.visits)))
            visits.delete_visit(visit_id=one.id, reason="Doppio", seen_version=_version(one))
        for _ in range(self.random.choice((0, 1))):
            self._correct(self.random.choice(self.visits))

    def live_before(self, busy: int) -> None:
        """The year before, month by month."""
        for month in range(1, 13):
            for _ in range(self.random.randint(busy // 2, busy)):
                self._record(date(YEAR - 1, month, self.random.randint(1, 28)), ("CIT", "LAV"))

    def add(self, day: date, *topics: str) -> None:
        """Somebody who comes for the first time."""
        self._keep(day, self._person(is_new=True), topics)

    def _record(self, day: date, among: tuple[str, ...] = ()) -> None:
        kinds = [*(among or ASKED)]
        weights = [ASKED[kind] for kind in kinds]
        asked = self.random.choices(kinds, weights, k=self.random.choice((1, 1, 1, 2)))
        self._keep(day, self._person(is_new=False), tuple(asked))

    def _keep(self, day: date, person: int, topics: tuple[str, ...]) -> None:
        facts = VisitFacts(day, topics, self.people[person])
        self.visits.append(Visit(visits.record_visit(facts=facts).id, day, person, topics))

    def _correct(self, one: Visit) -> None:
        one.topics = (self.random.choice([*ASKED]), *one.topics[1:])
        facts = VisitFacts(one.day, one.topics, self.people[one.person])
        visits.correct_visit(visit_id=one.id, facts=facts, seen_version=_version(one))

    def _person(self, *, is_new: bool) -> int:
        known = [number for number, person in self.people.items() if person]
        if known and not is_new and self.random.random() < 0.4:
            return self.random.choice(known)
        number = len(self.people)
        if not is_new and self.random.random() < 0.08:
            self.people[number] = None
            return number
        sex = self.random.choices("FMXN", (48, 48, 1, 3))[0]
        facts = PersonFacts(family_name="Diallo", sex=None if sex == "N" else sex)
        self.people[number] = people.create_person(facts=facts).id
        return number

    def asked_in(
        self, window: Window, total: int | None, lines: Lines, carried: Sequence[Window] = ()
    ) -> Asked | None:
        """By person, what is behind the numbers of a paper: what was on record when it was counted,
        what was corrected elsewhere and is in it, or what is behind the papers that it sums.
        """
        found = [_asked(record, window) for record in reversed(self.records)]
        self.carried |= {(of, window) for of in carried}
        within = [of for of, into in self.carried
                  if _is_within(into, window) and not _is_within(of, window)]  # fmt: skip
        found += [{**record, **self._corrected(within)} for record in found]
        found.insert(0, {**found[0], **self._corrected(carried)})
        newest = [one for one in self.papers[::-1] if one.total is not None]
        found += [joined(one.asked or {} for one in pieces) for pieces in tilings(window, newest)]
        found += [asked for steps in crossings(window, newest) if (asked := netted(steps))]
        return next((one for one in found if _fits(one, total, lines)), None)

    def _corrected(self, windows: Sequence[Window]) -> Asked:
        """What persons have asked besides what the last paper of a period says; nobody's own."""
        found: dict[int, tuple[str, ...]] = {}
        for window in windows:
            was = next(one for one in self.papers[::-1] if one.window == window)
            for person, topics in _asked(self.records[-1], window).items():
                if more := Counter(topics) - Counter((was.asked or {}).get(person, ())):
                    found[-1 - person] = tuple(sorted(more.elements()))
        return found

    def approve(self, name: str, *, publicly: bool = False) -> UUID:
        """Ask for the edition of a period, count it, approve it and tell the network."""
        with self.at_desk():
            chosen = {"baseline": None}
            edition = editions.request_edition(DESK, period=name, chosen=chosen, reason="Ritardi")
            edition_id: UUID = edition.id
            if edition.state == "queued":
                self.records.append([*map(replace, self.visits)])
                edition.frozen, edition.frozen_at = DESK.freeze(edition), clock.now()
                edition.taxonomy, edition.software = edition.frozen["taxonomy"], "0"
                edition.sha256, edition.state = bytes(32), "ready"
                editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
        with self.at_desk():
            publish_edition(edition_id=edition_id)
        self._read_network()
        if publicly:
            self._tell_anybody(edition_id)
        return edition_id

    def _read_network(self) -> None:
        """Every row that the network has, as the overseer reads it today."""
        with self.at_desk():
            for row in db.session.scalars(select(PublishedFigure)):
                read = dict(row.figures)
                told = _of_network(row.period, read, self, self._inside(row.period, row.number))
                self.papers += [one for one in told if not self._is_known(one)]

    def _inside(self, period: str, number: int) -> dict[tuple[str, str], Any]:
        edition = next(one for one in editions.list_editions(DESK, period) if one.number == number)
        statement = select(Disclosure).where(
            Disclosure.edition_id == edition.id, Disclosure.audience == Audience.NETWORK
        )
        kept = db.session.scalars(statement).one()
        return {(one["part"], one["side"]): one["values"] for one in kept.sheets}

    def _is_known(self, paper: Paper) -> bool:
        same = [one for one in self.papers if one.window == paper.window]
        told = paper.users, paper.total, paper.lines, paper.sexes
        return any((one.users, one.total, one.lines, one.sexes) == told for one in same)

    def _tell_anybody(self, edition_id: UUID) -> None:
        try:
            with self.at_desk():
                told = disclose(edition_id=edition_id, audience=Audience.PUBLIC)
                edition = editions.get_edition(DESK, edition_id)
                read = json.loads(public_file(edition, told, "json").content)
                inside = {(one["part"], one["side"]): one["values"] for one in told.sheets}
        except Refusal:
            self.refused += 1
            return
        self.papers += _of_anybody(read, self, inside)


def _asked(record: Sequence[Visit], window: Window) -> Asked:
    return joined({one.person: one.topics} for one in record if window[0] <= one.day <= window[1])


def _is_within(window: Window, other: Window) -> bool:
    return other[0] <= window[0] and window[1] <= other[1]


def _fits(asked: Asked, total: int | None, lines: Lines) -> bool:
    counts = Counter(topic for topics in asked.values() for topic in topics)
    told = all(counts[code] == number for code, number in lines.items() if number is not None)
    return total is None or (told and sum(counts.values()) == total)


def joined(pieces: Iterable[Asked]) -> Asked:
    """What each person asked in several periods."""
    together: dict[int, list[str]] = defaultdict(list)
    for piece in pieces:
        for person, topics in piece.items():
            together[person] += topics
    return {person: tuple(sorted(topics)) for person, topics in together.items()}


def tilings(window: Window, papers: Sequence[Paper]) -> Iterator[list[Paper]]:
    """The first of the papers that follow each other from the first day to the last."""
    by_start: dict[object, dict[Window, Paper]] = {}
    for one in papers:
        if one.window != window and window[0] <= one.window[0] and one.window[1] <= window[1]:
            by_start.setdefault(one.window[0], {}).setdefault(one.window, one)

    def go_on(day: object, found: list[Paper]) -> Iterator[list[Paper]]:
        for one in by_start.get(day, {}).values():
            if one.window[1] == window[1]:
                yield [*found, one]
            else:
                yield from go_on(one.window[1] + timedelta(days=1), [*found, one])

    yield from go_on(window[0], [])


Steps = Sequence[tuple[Paper, int]]
"""Papers that are added (1) or taken away (-1)."""
MOST_STEPS = 5


def crossings(window: Window, papers: Sequence[Paper]) -> Iterator[Steps]:
    """From the first day on by the first paper of each period, forwards and back, to the last."""
    first = {paper.window: paper for paper in reversed(papers) if paper.window != window}
    end = window[1] + timedelta(days=1)

    def go_on(day: date, steps: Steps, passed: frozenset[date]) -> Iterator[Steps]:
        if day == end:
            if {sign for _paper, sign in steps} == {1, -1}:
                yield steps
            return
        for (start, last), paper in first.items():
            after = last + timedelta(days=1)
            for there, here, sign in ((after, start, 1), (start, after, -1)):
                if here == day and there not in passed and len(steps) < MOST_STEPS:
                    yield from go_on(there, [*steps, (paper, sign)], passed | {day})

    yield from go_on(window[0], [], frozenset())


def netted(steps: Steps) -> Asked | None:
    """What each person asked in what is left; nothing where somebody would have asked less."""
    together: dict[int, Counter[str]] = defaultdict(Counter)
    for paper, sign in steps:
        for person, topics in (paper.asked or {}).items():
            for topic in topics:
                together[person][topic] += sign
    if any(number < 0 for topics in together.values() for number in topics.values()):
        return None
    return {person: tuple(sorted(topics.elements())) for person, topics in together.items()
            if any(topics.values())}  # fmt: skip


def _version(one: Visit) -> int:
    return int(get_visit(one.id).version)


def window_of(name: str) -> Window:
    """«2026-03», «2026-T1», «2026-Q1», «2026-S1», «2026»."""
    year, _dash, part = name.partition("-")
    first, length = 1, 12
    if part:
        length = LONGER.get(part[0], 1)
        first = length * (int(part.lstrip("TQS")) - 1) + 1
    last = first + length - 1
    end = date(int(year) + last // 12, last % 12 + 1, 1) - timedelta(days=1)
    return date(int(year), first, 1), end


def closing(month: int) -> Iterator[str]:
    """The periods that end with a month: itself, and those that it completes."""
    yield f"{YEAR}-{month:02}"
    for letter, length in LONGER.items():
        if month % length == 0:
            yield f"{YEAR}-{letter}{month // length}"
    if month == 12:
        yield str(YEAR)


@contextmanager
def later(days: int) -> Iterator[None]:
    """So many days after each of these periods is over."""
    with clock.stopped_at(datetime(YEAR + 1, 2, 3, 9, tzinfo=UTC) + timedelta(days)):
        yield


def _of_network(
    name: str, read: Mapping[str, Any], history: History, kept: Mapping[tuple[str, str], Any]
) -> list[Paper]:
    """The period, and the year before if it is told."""
    found = []
    for side, end, year in (("now", "", 0), ("then", "_baseline", 1)):
        codes = read["codes"][side]
        if codes is None:
            continue
        start, last = window_of(name)
        window = (start.replace(year=start.year - year), last.replace(year=last.year - year))
        lines: dict[str, int | None] = {code: count for code, (count, _n) in codes.items()}
        hidden = (read.get("hidden") or {}).get(side, [])
        lines |= dict.fromkeys(hidden or ())
        sexes = read["users_by_sex"] if side == "now" else {}
        inside = {code: kept.get(("topics", side), {}).get(code, 0) for code in hidden or ()}
        total = read[f"services{end}"]
        carried = [(date.fromisoformat(first), date.fromisoformat(end))
                   for first, end in read.get("carries", ()) if side == "now"]  # fmt: skip
        found.append(Paper(window, "rete", read[f"users{end}"], total, lines, sexes,
                           history.asked_in(window, total, lines, carried), inside))  # fmt: skip
    return found


def _of_anybody(
    read: Mapping[str, Any], history: History, kept: Mapping[tuple[str, str], Any]
) -> list[Paper]:
    """The publishable version as it is printed: both periods where both are."""
    found = []
    window = window_of(read["period"])
    for side, column in (("now", "count"), ("then", "baseline")):
        if ("topics", side) not in kept:
            continue
        rows = {row["key"]: row[column] for row in read["tables"]["richieste"]["rows"]}
        total = rows.pop("totale")
        of = window if side == "now" else tuple(one.replace(year=one.year - 1) for one in window)
        inside = {code: kept["topics", side].get(code, 0)
                  for code, number in rows.items() if number is None}  # fmt: skip
        users = read["users"] if side == "now" else None
        found.append(Paper((of[0], of[1]), "tutti", users, total, rows, {},
                           history.asked_in((of[0], of[1]), total, rows), inside))  # fmt: skip
    return found
