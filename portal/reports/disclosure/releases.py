# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk's network has read of each period, and what it may read of the next. Pure.

Whoever holds two tables of the same days, or of their parts, knows what changed between them. So
either nothing did, or what did concerns LEAST persons at least. Else the enquiries of a period are
those that were told of its parts; a correction waits, and is told within the next period, in one
table with it.

January and February were told with 6 enquiries each and March with 7; then a visit of January is
found. A quarter of 20 would say that one person was missing: 19 are told, the sum of its months.
January corrected to 7 waits, and April, with 9, is told as 10. From then on a half-year is due what
was counted, since it holds both; a quarter without April is due one less.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple

from portal.reports.disclosure.relations import Window, covers, crossings
from portal.reports.disclosure.sheets import ADDITIVE, LEAST, NAMELESS, TOPICS

TOTALS, SEXES, PERSONS = "totals", "sexes", "persons"
USERS, VISITS, UNNAMED = "users", "visits", "nameless"
"""Of TOTALS: persons, visits, enquiries without a name; one that is not known is not there."""
Days = tuple[date, date]
Table = Mapping[str, Mapping[str, int]]
"""Of a period: by part, then by code. A part that was not told is not there."""
LinesOf = Callable[[Days, Iterable[str]], Mapping[str, str]]
"""The line that each of these codes has in these days."""


class Carried(NamedTuple):
    """What a correction changed, told in one table with another period."""

    of: Days
    into: Days
    change: Table


Stretch = tuple[Days, datetime]
"""Days, and the moment until which what was recorded of them is counted."""
Late = tuple[Days, datetime, datetime]
"""Days, and the moments between which something of them was recorded."""
Latecomers = Callable[[Sequence[Late]], int]
"""How many persons were recorded there and then."""


class Release(NamedTuple):
    """A table that somebody beyond the desk reads, and of which records it is."""

    table: Table
    recorded: tuple[Stretch, ...]
    is_public: bool = False
    besides: tuple[Late, ...] = ()
    """Of a sum: what else it holds, or lacks, besides what these days do."""


class NextTable(NamedTuple):
    """What is told of a period, and which corrections are within it."""

    table: Table
    carried: tuple[Carried, ...] = ()
    is_sum: bool = False
    """Whether its enquiries are those that were told of other periods."""


def plus(table: Table, other: Table, sign: int = 1) -> dict[str, dict[str, int]]:
    """The parts that both have, added code by code; of the totals those that both know."""
    return {
        part: {
            code: numbers.get(code, 0) + sign * other[part].get(code, 0)
            for code in ({**numbers, **other[part]} if part != TOTALS else numbers)
            if part != TOTALS or code in other[part]
        }
        for part, numbers in table.items()
        if part in other
    }


def changed(was: Table, now: Table) -> int:
    """At least so many persons are behind what changed: of several lines it may be the same one."""
    change = plus(now, was, -1)
    users = change.get(TOTALS, {}).get(USERS, 0)
    return max(map(abs, (users, *change.get(SEXES, {}).values(),
                         *change.get(PERSONS, {}).values())), default=0)  # fmt: skip


def is_same(was: Table, now: Table) -> bool:
    """Whether they tell the same, as far as both tell it."""
    change = plus(now, was, -1)
    return not any(any(numbers.values()) for part, numbers in change.items() if part != PERSONS)


@dataclass
class Releases:
    """Everything that was told beyond the desk, and the corrections that its network waits for."""

    line_of: LinesOf
    latecomers: Latecomers
    releases: dict[Days, list[Release]] = field(default_factory=dict)
    own: set[Days] = field(default_factory=set)
    """Of which the network was told an edition: of others only beside a later period."""
    waiting: dict[Days, Table] = field(default_factory=dict)
    """What the newest edition of a period counts, where the network still reads the one before."""
    carried: list[Carried] = field(default_factory=list)

    def last(self, days: Days) -> Table | None:
        """What the network reads of a period."""
        tables = [release.table for release in self.releases.get(days, ()) if not release.is_public]
        return {part: numbers for table in tables for part, numbers in table.items()} or None

    def enter(
        self,
        days: Days,
        table: Table,
        as_of: datetime,
        *,
        is_public: bool = False,
        is_sum: bool = False,
    ) -> None:
        """It was told; the sum of what was told before is of the same records."""
        recorded: tuple[Stretch, ...] = ((days, as_of),)
        for sums in self._sums(days) if is_sum else ():
            if _shared(sums.table, table) == _shared(table, sums.table):
                recorded = sums.recorded
        self.releases.setdefault(days, []).append(Release(table, recorded, is_public))

    def due(self, days: Days, counted: Table) -> Table:
        """What the network is to read of a period in which the desk has counted this."""
        table = dict(counted)
        for moved in self.carried:
            sign = _is_within(moved.into, days) - _is_within(moved.of, days)
            if sign and (change := self._on_lines(moved.change, days)):
                table |= _apply(table, change, sign)
        return table

    def is_safe(self, days: Days, table: Table, as_of: datetime) -> bool:
        """Whether, beside every other release of these days, it says nothing of a few persons."""
        recorded = ((days, as_of),)
        return self._is_safe_beside_all(days, Release(table, recorded))

    def _is_safe_beside_all(self, days: Days, release: Release) -> bool:
        beside = chain(self.releases.get(days, ()), self._sums(days, also_public=True))
        return not any(self._changes_too_few(other, release) for other in beside)

    def tell(
        self, days: Days, counted: Table, as_of: datetime, *, may_carry: bool = True
    ) -> NextTable | None:
        """The table, with the corrections that wait where the period can hold them.

        None of a correction that waits itself. Of a period not told before, what was told of its
        parts, or of what it is a part of, where what was counted since is of too few.
        """
        due = self.due(days, counted)
        if not self.is_safe(days, due, as_of):
            if days in self.own:
                return None
            return self._as_told_before(days, due)
        if not may_carry or any(_overlap(days, other) for other in self.releases):
            return NextTable(due)
        return self._with_waiting(days, due)

    def _as_told_before(self, days: Days, due: Table) -> NextTable:
        """What was told of these days, or of their parts; without enquiries where nothing was."""
        known, is_sum = self.last(days), False
        if known is None:
            sums = next(
                (
                    found
                    for found in self._sums(days)
                    if _is_count(found.table) and self._is_safe_beside_all(days, found)
                ),
                None,
            )
            known, is_sum = (_shared(sums.table, due), True) if sums else ({}, False)
        # Users by sex would be those of other users.
        left_out = {SEXES} if USERS in known.get(TOTALS, {}) else set()
        left_out |= {TOPICS, NAMELESS} - known.keys()
        table = {
            part: numbers for part, numbers in {**due, **known}.items() if part not in left_out
        }
        table[TOTALS] = {**due.get(TOTALS, {}), **known.get(TOTALS, {})}
        if is_sum and PERSONS in table:
            # Of those who are behind what is counted now, so many may have come since.
            table[PERSONS] = {line: max(min(number, 1), number - LEAST + 1)
                              for line, number in table[PERSONS].items()}  # fmt: skip
        return NextTable(table, is_sum=is_sum)

    def _with_waiting(self, days: Days, table: Table) -> NextTable:
        found: list[Carried] = []
        for of, newest in sorted(self.waiting.items()):
            change = plus(self.due(of, newest), self.last(of) or {}, -1)
            moved = self._on_lines(change, days)
            if moved and (more := _with_change(table, moved)):
                table = more
                found.append(Carried(of, days, change))
        return NextTable(table, tuple(found))

    def _changes_too_few(self, was: Release, now: Release) -> bool:
        if is_same(was.table, now.table):
            return False
        if changed(was.table, now.table) >= LEAST:
            return False
        late = (*was.besides, *now.besides, *_between(was.recorded, now.recorded))
        if any(_overlap(moved.of, days) for moved in self.carried for days, *_until in late):
            # Some of those who came late were told elsewhere: what changes here are not all.
            return True
        return self.latecomers(late) < LEAST

    def _sums(self, days: Days, *, also_public: bool = False) -> Iterator[Release]:
        """What other releases give of these days, added up or taken away from longer periods.

        Persons are in no sum. With `also_public` whatever anybody tells, older editions too.
        """
        offered = {
            window: found if also_public else found[-1:]
            for window, every in self.releases.items()
            if (found := [each for each in every
                          if TOPICS in each.table and (also_public or not each.is_public)])
        }  # fmt: skip
        for whole, rest in _ways(days, offered):
            for chosen in _choices([offered[window] for window in [*whole, *rest]]):
                if total := self._added(days, chosen[: len(whole)], chosen[len(whole) :]):
                    yield total

    def _added(
        self, days: Days, whole: Sequence[Release], rest: Sequence[Release]
    ) -> Release | None:
        chosen = [*whole, *rest]
        tables = [self._on_lines(_additive(release.table), days) for release in chosen]
        known = [release for release in tables if release is not None]
        if len(known) < len(tables):
            return None
        total = known[0]
        for number, other in enumerate(known[1:], 1):
            total = plus(total, other, 1 if number < len(whole) else -1)
        recorded = [
            ((max(start, days[0]), min(end, days[1])), until)
            for release in whole for (start, end), until in release.recorded
            if _overlap((start, end), days)
        ]  # fmt: skip
        late = [late for release in chosen for late in release.besides]
        for added in whole:
            late += _between(added.recorded, [each for less in rest for each in less.recorded])
        return Release(total, tuple(recorded), besides=tuple(late))

    def _on_lines(self, table: Table, days: Days) -> dict[str, dict[str, int]] | None:
        """The same by the lines of other days; None where these have not all of them."""
        codes = {code for part in (*ADDITIVE, PERSONS) for code in table.get(part, {})}
        lines = self.line_of(days, codes)
        if not codes <= lines.keys():
            return None
        return {
            part: _regrouped(numbers, lines) if part in (*ADDITIVE, PERSONS) else dict(numbers)
            for part, numbers in table.items()
        }


def _regrouped(numbers: Mapping[str, int], lines: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for code, number in numbers.items():
        found[lines[code]] = found.get(lines[code], 0) + number
    return found


def _between(stretches: Sequence[Stretch], other: Sequence[Stretch]) -> list[Late]:
    """Where both count the same days until different moments."""
    return [
        ((max(days[0], others[0]), min(days[1], others[1])), min(then, until), max(then, until))
        for days, then in stretches for others, until in other
        if _overlap(days, others) and then != until
    ]  # fmt: skip


def _additive(table: Table) -> Table:
    """Enquiries and visits."""
    totals = {name: n for name, n in table.get(TOTALS, {}).items() if name != USERS}
    return {part: table[part] for part in table if part in ADDITIVE} | {TOTALS: totals}


def _shared(table: Table, other: Table) -> Table:
    """What both tell, as the one has it; enquiries and visits."""
    found = {part: numbers for part, numbers in _additive(table).items() if part in other}
    totals = {n: number for n, number in found[TOTALS].items() if n in other[TOTALS]}
    return found | {TOTALS: totals}


def _ways(days: Days, windows: Collection[Days]) -> Iterator[tuple[list[Days], list[Days]]]:
    """Periods that add up to these days, and those that must be taken away from them again."""
    inside = [window for window in windows if window != days and _is_within(window, days)]
    for pieces in covers(*days, _windows(inside)):
        yield [(start, end) for _place, start, end in pieces], []
    for whole in windows:
        if whole != days and _is_within(days, whole):
            others = [window for window in windows if window not in (whole, days)
                      and _is_within(window, whole) and not _overlap(window, days)]  # fmt: skip
            for pieces in covers(*whole, _windows([*others, days])):
                yield [whole], [(s, e) for _p, s, e in pieces if (s, e) != days]
    for steps in crossings(*days, tuple(_windows(windows))):
        yield (
            [(start, end) for (_place, start, end), sign in steps if sign > 0],
            [(start, end) for (_place, start, end), sign in steps if sign < 0],
        )


def _choices(each: Sequence[Sequence[Release]]) -> Iterator[tuple[Release, ...]]:
    """The newest of each, and every other beside the newest of the rest.

    These tell all: any other choice differs from them by what differs between two releases of the
    same days, and whoever has both has looked at that.
    """
    newest = tuple(releases[-1] for releases in each)
    yield newest
    for place, releases in enumerate(each):
        for older in releases[:-1]:
            yield (*newest[:place], older, *newest[place + 1 :])


def _apply(table: Table, change: Table, sign: int = 1) -> dict[str, dict[str, int]]:
    """With a correction of other days, or without one of these that was told in others.

    Added, whom it is of may be among the persons of these; taken away, they are none of these.
    """
    more = plus(table, change, sign)
    if PERSONS in more and sign < 0:
        more[PERSONS] = {line: max(number, 1) for line, number in more[PERSONS].items()}
    elif PERSONS in more:
        behind = change[PERSONS]
        more[PERSONS] = {line: max(table[PERSONS].get(line, 0), min(number, behind.get(line, 0)))
                         for line, number in more[PERSONS].items()}  # fmt: skip
    return more


def _with_change(table: Table, change: Table) -> Table | None:
    """Both in one table; None where what changed would show in it.

    Of too few users it would be all that there is; a negative count says that something was less.
    """
    if table.get(TOTALS, {}).get(USERS, 0) < LEAST or not change.keys() >= table.keys():
        return None
    more = _apply(table, change)
    return more if _is_count(more) else None


def _is_count(table: Table) -> bool:
    """Whether something can have been counted so: nothing less than zero."""
    return all(number >= 0 for numbers in table.values() for number in numbers.values())


def _windows(days: Iterable[Days]) -> list[Window]:
    return [("", start, end) for start, end in days]


def _is_within(days: Days, other: Days) -> bool:
    return other[0] <= days[0] and days[1] <= other[1]


def _overlap(days: Days, other: Days) -> bool:
    return days[0] <= other[1] and other[0] <= days[1]
