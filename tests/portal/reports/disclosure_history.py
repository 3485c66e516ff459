# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invented year of two desks: visits, late entries, corrections, deletions; and what is told."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from portal.reports.disclosure.attack import Memory
from portal.reports.disclosure.collapse import lumped
from portal.reports.disclosure.protect import Exposed, protect
from portal.reports.disclosure.sheets import LEAST_SENSITIVE, TOPICS, Sheet

PLACES = ("lucca", "capannori")
NETWORK = "rete"
MEMBERS = {NETWORK: PLACES}
KINDS = ("CIT", "SOG-RIN", "SOG-CAR", "LAV", "FOR", "BUR", "FAM-RIC", "CAS", "SAN", "PRO")
WEIGHTS = (20, 30, 15, 8, 10, 9, 6, 2, 3, 2)
STATES = tuple(str(number) for number in range(200, 216))
PARTS = ("sexes", "ages", "citizenships", TOPICS)
SENSITIVE = dict.fromkeys(("SAN", "PRO"), LEAST_SENSITIVE)
Window = tuple[date, date]


@dataclass
class Visit:
    """One visit of somebody, or of nobody who gave a name."""

    place: str
    day: date
    person: int
    topics: list[str]


@dataclass
class History:
    """The records as they are now, and every publication until now."""

    random: Random
    visits: list[Visit] = field(default_factory=list)
    people: dict[int, dict[str, str]] = field(default_factory=dict)
    told: dict[str, list[Sheet]] = field(default_factory=lambda: defaultdict(list))
    left_out: int = 0
    moment: int = 0
    memory: Memory = field(default_factory=Memory)

    def person(self, place: str) -> int:
        known = [visit.person for visit in self.visits if visit.place == place]
        if known and self.random.random() < 0.4:
            return self.random.choice(known)
        number = len(self.people)
        weights = [1 / (rank + 1) for rank in range(len(STATES))]
        self.people[number] = {
            "sexes": self.random.choices(("F", "M", "X", "N"), (45, 50, 1, 4))[0],
            "ages": self.random.choices(("0", "18", "25", "35", "45", "55", "65"),
                                        (3, 12, 30, 28, 17, 8, 2))[0],
            "citizenships": self.random.choices((*STATES, ""), (*weights, 0.1))[0],
        }  # fmt: skip
        return number

    def record(self, place: str, day: date) -> None:
        asked = self.random.choices(KINDS, WEIGHTS, k=self.random.choice((1, 1, 1, 2)))
        self.visits.append(Visit(place, day, self.person(place), asked))

    def live_month(self, month: Window, busy: int) -> None:
        """A month's visits, and what is found out late about the months before."""
        for place in PLACES:
            for _ in range(self.random.randint(busy // 2, busy)):
                self.record(place, month[0] + timedelta(self.random.randrange(28)))
            for _ in range(self.random.choice((0, 0, 1, 2, 4))):
                self.record(place, date(2016, self.random.randint(1, month[0].month), 15))
        for _ in range(self.random.choice((0, 1, 2))):
            self.visits.remove(self.random.choice(self.visits))
        for _ in range(self.random.choice((0, 1, 2))):
            self.random.choice(self.visits).topics[0] = self.random.choice(KINDS)
        for _ in range(self.random.choice((0, 0, 1))):
            one = self.random.choice(list(self.people.values()))
            one["citizenships"] = self.random.choice(STATES)

    def counts(self, place: str, window: Window, part: str) -> dict[str, int]:
        if place == NETWORK:
            return dict(sum((Counter(self.counts(one, window, part)) for one in PLACES),
                            Counter()))  # fmt: skip
        here = [visit for visit in self.visits
                if visit.place == place and window[0] <= visit.day <= window[1]]  # fmt: skip
        if part == TOPICS:
            return dict(Counter(topic for visit in here for topic in visit.topics))
        return dict(Counter(self.people[one][part] for one in {visit.person for visit in here}))

    def publish(self, place: str, window: Window) -> None:
        """What a desk, or the network, would hand to anybody; parts that cannot be are left out."""
        self.moment += 1
        for part in PARTS:
            sheet = self.sheet(place, window, part)
            if any(_changed_little(sheet, one) for one in self.told[part]):
                self.left_out += 1
                continue
            try:
                self.told[part] += protect([sheet], self.told[part], MEMBERS, self.memory)
            except Exposed:
                self.left_out += 1

    def sheet(self, place: str, window: Window, part: str) -> Sheet:
        values = self.counts(place, window, part)
        fixed = dict.fromkeys(KINDS if part == TOPICS else (), 0)
        sheet = Sheet(place, *window, self.moment, part, fixed | values)
        if part == TOPICS:
            return replace(sheet, least=SENSITIVE)
        if part != "citizenships":
            return sheet
        before = {code for one in self.told[part] if one.window == sheet.window
                  for code in one.lump}  # fmt: skip
        return replace(sheet, lump=lumped(values, before=before))


def _changed_little(sheet: Sheet, other: Sheet) -> bool:
    return sheet.window == other.window and 0 < abs(sheet.total - other.total) < 3


def months() -> Sequence[Window]:
    starts = [date(2016, month, 1) for month in range(1, 13)]
    ends = [one - timedelta(days=1) for one in (*starts[1:], date(2017, 1, 1))]
    return list(zip(starts, ends, strict=True))


def closing(number: int) -> Iterator[Window]:
    """The periods that end with a month: itself, and those that it completes."""
    all_months = months()
    for length in (1, 3, 6, 12):
        if number % length == 0:
            yield all_months[number - length][0], all_months[number - 1][1]


def lived(seed: int, *, last: int, busy: int, kinds: Sequence[int] = (1, 3, 6, 12)) -> History:
    """A year of months, each told when it is over, some told again."""
    history = History(Random(seed))
    told: list[tuple[str, Window]] = []
    for number in range(1, last + 1):
        history.live_month(months()[number - 1], busy)
        for window in closing(number):
            for place in (*PLACES, NETWORK):
                history.publish(place, window)
                told.append((place, window))
        for place, window in history.random.sample(told, k=min(2, len(told))):
            history.publish(place, window)
    return history
