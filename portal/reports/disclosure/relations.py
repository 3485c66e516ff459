# SPDX-License-Identifier: AGPL-3.0-or-later
"""What joins publications to each other, as equations, and the counts that nobody may learn.

The attacker is taken to know which figures did not change between two publications: there, months
add up to their quarter and two editions say the same, exactly. A figure that a late entry, a
correction or a deletion changed has no such equation. What was really counted is thus always one
of the solutions, and where nothing changed nothing is left out.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations

from portal.reports.disclosure.attack import Key, Sum, System
from portal.reports.disclosure.sheets import ADDITIVE, OTHERS, Sheet

MOST_WAYS = 60
"""Ways of putting a period together of others; more say nothing new."""
MOST_STEPS = 5_000
"""Tried to find these ways; the ways of fewest periods are found first."""
FEW_WAYS = 2
"""Of those where periods cross, as equations: with all of them a year took four times as long."""
A_LOT = 10_000
"""More than a count that nobody told could be; a programme needs an end."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Target:
    """A count of few persons: which line of which sheet tells it, or would."""

    sheet: Sheet
    code: str
    sum: Sum


class Knowledge:
    """All that is told of one part, by anybody in reach of it: its equations and its targets.

    `members` says of which places a place is the sum. `differences`: whether what changed from
    one edition to the next is a count to keep; not from whoever has every total exact.
    """

    def __init__(
        self,
        sheets: Sequence[Sheet],
        members: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.sheets = sheets
        self.system = System()
        self.codes = sorted({code for sheet in sheets for code in sheet.values})
        self._sums = {sheet.name: self._told(sheet) for sheet in sheets}
        self._by_window: dict[tuple[str, date, date], list[Sheet]] = defaultdict(list)
        for sheet in sorted(sheets, key=lambda one: one.moment):
            self._by_window[sheet.window].append(sheet)
        self.targets = [*self._small()]
        self._join_editions()
        self._join_periods()
        self._join_crossings()
        self._join_places(members or {})

    def _told(self, sheet: Sheet) -> dict[str, Sum]:
        """Each code's count as a number that is known or an unknown, and what the sheet adds up."""
        sums = {code: self._count(sheet, code) for code in self.codes}
        for code, most in sheet.most.items():
            self.system.at_most(sums[code], Sum({}, most))
        if not sheet.is_told:
            for code in self.codes:
                self.system.at_most(sums[code], Sum({}, sheet.values.get(code, 0) + A_LOT))
            return sums
        lumped = [sums[code] for code in self.codes if self._is_lumped(sheet, code)]
        rest = [sums[code] for code in self.codes if not self._is_lumped(sheet, code)]
        if OTHERS in sheet.hidden or not lumped:
            self.system.equal(added([*lumped, *rest]), Sum({}, sheet.total))
        else:
            self.system.equal(added(lumped), Sum({}, sheet.others))
            self.system.equal(added(rest), Sum({}, sheet.total - sheet.others))
        return sums

    def _count(self, sheet: Sheet, code: str) -> Sum:
        number = sheet.values.get(code, 0)
        if self._is_lumped(sheet, code) or not sheet.is_told:
            return self.system.unknown((sheet.name, code), number, 0)
        if code in sheet.hidden:
            return self.system.unknown((sheet.name, code), number, sheet.least_hidden(code))
        return Sum({}, number)

    @staticmethod
    def _is_lumped(sheet: Sheet, code: str) -> bool:
        """What is not listed may be among the others."""
        return bool(sheet.lump) and (code in sheet.lump or code not in sheet.values)

    def of(self, sheet: Sheet, code: str) -> Sum:
        if code == OTHERS:
            return added([self.of(sheet, one) for one in self.codes
                          if self._is_lumped(sheet, one)])  # fmt: skip
        return self._sums[sheet.name][code]

    def _small(self) -> Iterator[Target]:
        """Lines of few persons, also those told among the others."""
        for sheet in self.sheets:
            for code in {**sheet.values, **({OTHERS: 0} if sheet.lump else {})}:
                if sheet.is_protected(code):
                    yield Target(sheet, code, self.of(sheet, code))

    def _join_editions(self) -> None:
        """The same period told twice; a difference of few persons is itself a count of persons."""
        for sheets in self._by_window.values():
            for old, new in combinations(sheets, 2):
                for code in self.codes:
                    was, now = self.of(old, code), self.of(new, code)
                    changed = new.values.get(code, 0) - old.values.get(code, 0)
                    if not changed:
                        self.system.equal(was, now)
                    elif new.is_small(code, changed):
                        self.targets.append(Target(new, code, now.plus(was, -1)))

    def _join_periods(self) -> None:
        for window, sheets in self._by_window.items():
            inside = [one for one in self._by_window if is_within(one, window)]
            all_of_it = covers(window[1], window[2], inside)
            all_but_one = gapped(window[1], window[2], inside)
            for whole in sheets:
                for pieces in all_of_it:
                    for at in (0, -1):
                        self._join(whole, [self._by_window[one][at] for one in pieces])
                for pieces in all_but_one:
                    self._contain(whole, [self._by_window[one][-1] for one in pieces], rest=True)
                for piece in (sheet for one in inside for sheet in self._by_window[one]):
                    self._contain(whole, [piece], rest=False)

    def _join_crossings(self) -> None:
        """Of counts that add up: where periods cross, some are added and some taken away."""
        for window, sheets in self._by_window.items():
            of_place = tuple(other for other in self._by_window if other[0] == window[0])
            for steps in crossings(window[1], window[2], of_place)[:FEW_WAYS]:
                parts = [(self._by_window[part][-1], sign) for part, sign in steps]
                for whole in sheets:
                    self._join_crossing(whole, parts)

    def _join_crossing(self, whole: Sheet, parts: Sequence[tuple[Sheet, int]]) -> None:
        for code in self.codes if whole.part in ADDITIVE else ():
            true = sum(sign * sheet.values.get(code, 0) for sheet, sign in parts)
            if true == whole.values.get(code, 0):
                left = self.of(whole, code)
                for sheet, sign in parts:
                    left = left.plus(self.of(sheet, code), -sign)
                self.system.equal(left, Sum({}, 0))

    def _join(self, whole: Sheet, pieces: Sequence[Sheet]) -> None:
        """A period that others make up entirely; persons of several are fewer than their sum."""
        for code in self.codes:
            true = sum(one.values.get(code, 0) for one in pieces)
            parts, all_of_it = added(self.of(one, code) for one in pieces), self.of(whole, code)
            number = whole.values.get(code, 0)
            if whole.part in ADDITIVE and true == number:
                self.system.equal(parts, all_of_it)
            elif whole.part not in ADDITIVE and true >= number:
                self.system.at_most(all_of_it, parts)

    def _contain(self, whole: Sheet, pieces: Sequence[Sheet], *, rest: bool) -> None:
        """Parts of a period; where all but one are there, the `rest` is a count of its own."""
        if whole.part not in ADDITIVE and len(pieces) > 1:
            return
        for code in self.codes:
            left = whole.values.get(code, 0) - sum(one.values.get(code, 0) for one in pieces)
            if left < 0:
                continue
            parts, all_of_it = added(self.of(one, code) for one in pieces), self.of(whole, code)
            self.system.at_most(parts, all_of_it)
            if whole.part in ADDITIVE and rest and whole.is_small(code, left):
                self.targets.append(Target(whole, code, all_of_it.plus(parts, -1)))

    def _join_places(self, members: Mapping[str, Sequence[str]]) -> None:
        """A network is the sum of its desks; less those that are told, it is the others'."""
        for (place, start, end), sheets in list(self._by_window.items()):
            told = [self._by_window[one, start, end][-1] for one in members.get(place, ())
                    if self._by_window.get((one, start, end))]  # fmt: skip
            missing = len(members.get(place, ())) - len(told)
            for whole in sheets if told else ():
                self._join_desks(whole, told, missing)

    def _join_desks(self, whole: Sheet, told: Sequence[Sheet], missing: int) -> None:
        for code in self.codes:
            parts, all_of_it = added(self.of(one, code) for one in told), self.of(whole, code)
            rest = whole.values.get(code, 0) - sum(one.values.get(code, 0) for one in told)
            if rest == 0 and not missing:
                self.system.equal(parts, all_of_it)
            elif rest >= 0 and missing:
                self.system.at_most(parts, all_of_it)
                if whole.is_small(code, rest):
                    self.targets.append(Target(whole, code, all_of_it.plus(parts, -1)))


Window = tuple[str, date, date]


def added(sums: Iterable[Sum]) -> Sum:
    """The sum of sums."""
    terms: dict[Key, int] = {}
    known = 0
    for one in sums:
        known += one.known
        for key, number in one.terms.items():
            terms[key] = terms.get(key, 0) + number
    return Sum(terms, known)


def is_within(one: Window, other: Window) -> bool:
    """Whether a period of the same place lies inside another."""
    return one[0] == other[0] and one != other and other[1] <= one[1] and one[2] <= other[2]


def covers(start: date, end: date, windows: Sequence[Window]) -> list[tuple[Window, ...]]:
    """Each way in which periods follow each other from the first day to the last."""
    return [pieces for pieces, gaps in _ways(start, end, windows, gaps=0) if not gaps]


def gapped(start: date, end: date, windows: Sequence[Window]) -> list[tuple[Window, ...]]:
    """The ways in which they leave out one stretch that no period of them makes up."""
    if not windows:
        return []
    closed = {(one[1], one[2]) for one in windows}
    ways = _ways(start, end, windows, gaps=1)
    return [pieces for pieces, gaps in ways if pieces and gaps and gaps[0] not in closed]


Step = tuple[Window, int]
"""A period that is added (1), or taken away (-1)."""


@lru_cache(maxsize=1_000)
def crossings(start: date, end: date, windows: tuple[Window, ...]) -> list[tuple[Step, ...]]:
    """Each way from the first day to the last where periods cross: four months and a quarter that
    share April, less April, are a half-year.

    Where no period crosses another covers() finds every way there is; so do the covers of a longer
    period that is told.
    """
    own = ("", start, end)
    if not any(_cross(*pair) for pair in combinations([own, *windows], 2)):
        return []
    onwards = _onwards([window for window in windows if (window[1], window[2]) != (start, end)])
    found: list[tuple[Step, ...]] = []
    paths: deque[tuple[date, tuple[Step, ...], frozenset[date]]] = deque([(start, (), frozenset())])
    for _tried in range(MOST_STEPS):
        if not paths or len(found) >= MOST_WAYS:
            break
        day, steps, passed = paths.popleft()
        if day == end + A_DAY:
            found += [steps] if _is_crossing(steps) else []
            continue
        for there, step in onwards[day]:
            if there not in passed:
                paths.append((there, (*steps, step), passed | {day}))
    return found


def _onwards(windows: Sequence[Window]) -> dict[date, list[tuple[date, Step]]]:
    """From each day the days that a period leads to: its end if it is added, else its beginning."""
    found: dict[date, list[tuple[date, Step]]] = defaultdict(list)
    for window in windows:
        first, after = window[1], window[2] + A_DAY
        found[first].append((after, (window, 1)))
        found[after].append((first, (window, -1)))
    return found


def _cross(window: Window, other: Window) -> bool:
    """Whether they share days, and each has days that the other has not."""
    first, last = sorted((window, other), key=lambda window: window[1:])
    return first[1] < last[1] <= first[2] < last[2]


def _is_crossing(steps: Sequence[Step]) -> bool:
    """Whether some are added and some taken away, and no added one holds all the others."""
    signs = [sign for _window, sign in steps]
    return signs.count(1) > 1 and -1 in signs


Gap = tuple[date, date]


def _ways(
    start: date, end: date, windows: Sequence[Window], *, gaps: int
) -> list[tuple[tuple[Window, ...], tuple[Gap, ...]]]:
    found: list[tuple[tuple[Window, ...], tuple[Gap, ...]]] = []
    longest_first = sorted(windows, key=lambda one: (one[1], -one[2].toordinal()))

    def go_on(day: date, behind: tuple[Window, ...], left: tuple[Gap, ...]) -> None:
        if len(found) >= MOST_WAYS:
            return
        if day > end:
            found.append((behind, left))
            return
        for one in longest_first:
            if one[1] == day:
                go_on(one[2] + A_DAY, (*behind, one), left)
        if len(left) < gaps:
            nexts = sorted({one[1] for one in windows if one[1] > day} | {end + A_DAY})
            for following in nexts:
                go_on(following, behind, (*left, (day, following - A_DAY)))

    go_on(start, (), ())
    return found
