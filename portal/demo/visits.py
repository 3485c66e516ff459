# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invents visits: the half-year of the historical table to the unit, and those of daily life. Pure.

A visit names its person by number, because persons have no id until they are written.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from portal.demo.calendar import draw_days, open_days
from portal.visits.rules import Channel
from portal.visits.sheets import Cell

# Code: enquiries in the first half of 2016 and in that of 2015, as the desk's table has them.
HALF_YEARS = {
    "CIT": (55, 38),
    "ABI-IDO": (0, 1),
    "REG-PRO": (5, 3),
    "REG-TER": (0, 2),
    "LAV": (0, 3),
    "FLU-PRO": (0, 0),
    "FOR": (31, 28),
    "BUR": (21, 18),
    "SOC-INV": (2, 0),
    "CAS": (0, 0),
    "FAM-RIC": (10, 7),
    "SOG-CAR": (29, 38),
    "SOG-PRI": (5, 1),
    "SOG-RIN": (56, 83),
}
WOMEN_2016, MEN_2016 = 67, 82
USERS_2016 = WOMEN_2016 + MEN_2016
# The rest of 2015, as it may have been: without it the next half-year had nothing beside it.
SECOND_HALF_2015 = {
    "CIT": 45, "ABI-IDO": 1, "REG-PRO": 4, "REG-TER": 1, "LAV": 2, "FLU-PRO": 1, "FOR": 27,
    "BUR": 20, "SOC-INV": 1, "CAS": 1, "FAM-RIC": 9, "SOG-CAR": 31, "SOG-PRI": 4, "SOG-RIN": 66,
}  # fmt: skip
PAST_TOTALS: dict[str, tuple[int, Mapping[str, int]]] = {
    "2015-S1": (172, {code: then for code, (_now, then) in HALF_YEARS.items()}),
    "2015-S2": (154, SECOND_HALF_2015),
}
"""By half-year of which only totals are known: the users, and the enquiries of each topic."""

ASKED = {
    "SOG-RIN": 60, "CIT": 44, "SOG-CAR": 29, "FOR": 27, "BUR": 20, "FAM-RIC": 9, "SOG-PRI": 6,
    "REG-PRO": 4, "LAV": 2, "REG-TER": 2, "ABI-IDO": 1, "CAS": 1, "FLU-PRO": 1, "SOC-INV": 1,
}  # fmt: skip
"""How often each topic of the first list is asked: about as in the historical table. At every desk
and in every year the same, so that two like half-years differ by chance alone.
"""
LIST_OF_2026 = date(2026, 1, 1)
"""From this day on the provincial list is in force, with finer topics."""
DETAILS = {
    "SOG-RIN": {"SOG-RIN": 48, "SOG-AGG": 8, "SOG-CON": 4},
    "CIT": {"CIT": 8, "CIT-RES": 18, "CIT-STA": 12, "CIT-MAT": 4, "CIT-GIU": 2},
    "SOG-CAR": {"SOG-CAR": 15, "CAR-UEL": 12, "CAR-FAM": 2},
    "FOR": {"FOR-ITA": 13, "FOR-A2": 9, "FOR-SCU": 5},
    "BUR": {
        "SOG-STA": 6, "BUR-ANA": 4, "BUR-DIG": 3, "BUR-BON": 3, "ABI-OSP": 2, "SAN-SSN": 1,
        "BUR-CF": 1,
    },
    "FAM-RIC": {"FAM-RIC": 8, "FAM-COE": 1},
    "LAV": {"LAV-RIC": 2, "LAV-DOM": 1},
    "SOC-INV": {"SOC-INV": 1, "SOC-ECO": 1},
}  # fmt: skip
"""What became of a topic of the first list: each part is counted on the line of the whole."""
FRESH = {"FLU-TER": 2, "MED-SPO": 1, "PRO-RIC": 1, "ALT": 1}
"""What the first list did not have is asked besides, never in the place of the rest."""
FRESH_SHARE = 0.04
FOR_OTHERS = frozenset({"REG-TER", "FLU-TER"})
CHANNELS = {
    Channel.DESK: 58,
    Channel.APPOINTMENT: 22,
    Channel.PHONE: 12,
    Channel.EMAIL: 5,
    Channel.VIDEO: 1,
    Channel.PEC: 1,
    Channel.ELSEWHERE: 1,
}
NAMELESS_ONE_IN = 14
COME_AGAIN = (0, 1, 2), (85, 12, 3)
"""How often a user comes once more in a half-year, and how likely."""
ASKED_AT_ONCE = (0, 1, 2, 3, 4), (4, 75, 17, 3, 1)
"""How many enquiries a visit has, and how likely: with COME_AGAIN as many for each user as in the
historical table, or every rate would rise after it.
"""
MARKS = 10, 16
"""The fewest and the most marks on a sheet."""


@dataclass(frozen=True)
class Planned:
    """A visit to be recorded; `person` is a number, None for somebody without a name."""

    day: date
    person: int | None
    topics: tuple[str, ...]
    channel: Channel = Channel.DESK
    for_third_party: bool = False
    note: str = ""


@dataclass(frozen=True)
class PlannedSheet:
    """A paper sheet of a crowded day, to be typed in that evening."""

    day: date
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Story:
    """A change that did happen at a desk: from a day on, a share of those who come ask for one
    more thing. `comment` is what the desk says of it in its relazione.
    """

    slug: str
    since: date
    topic: str
    share: float
    comment: str


STORY = Story(
    slug="acquaviola",
    since=date(2025, 9, 1),
    topic="FOR",
    share=0.4,
    comment=(
        "Da settembre 2025 nella sede dello sportello si tiene un corso serale di italiano: due"
        " persone su cinque, oltre a ciò per cui vengono, chiedono di iscriversi."
    ),
)
"""The only change of the demonstration: every other difference between like periods is chance."""


def first_half_2016(draw: Random) -> list[Planned]:
    """214 enquiries of persons 0 to 148: one each, the others beside it or on a second day."""
    asked = [code for code, (number, _then) in HALF_YEARS.items() for _one in range(number)]
    draw.shuffle(asked)
    days = open_days(date(2016, 1, 4), date(2016, 6, 30), (0, 1, 2, 3, 4))
    baskets = [[code] for code in asked[:USERS_2016]]
    again: list[tuple[int, str]] = []
    for code in asked[USERS_2016:]:
        person = draw.randrange(USERS_2016)
        if draw.random() < 0.5:
            baskets[person].append(code)
        else:
            again.append((person, code))
    firsts = [_visit(draw, person, tuple(codes)) for person, codes in enumerate(baskets)]
    seconds = [_visit(draw, person, (code,)) for person, code in again]
    return _spread(firsts, days, draw) + _spread(seconds, days[len(days) // 2 :], draw)


def half_year(
    users: Sequence[int], days: list[date], draw: Random, *, story: Story | None = None
) -> list[Planned]:
    """Every user comes once, some again; one visit in fourteen is nobody's."""
    coming: list[int | None] = [
        person for person in users for _time in range(1 + draw.choices(*COME_AGAIN)[0])
    ]
    coming += [None] * round(len(coming) / (NAMELESS_ONE_IN - 1))
    draw.shuffle(coming)
    drawn = draw_days(len(coming), days, draw)
    return [
        invent_visit(day, person, draw, story=story)
        for day, person in zip(drawn, coming, strict=True)
    ]


def invent_visit(
    day: date, person: int | None, draw: Random, *, story: Story | None = None
) -> Planned:
    """One visit of an ordinary day, with none to four enquiries, and now and then one more."""
    topics = [draw_topic(day, draw) for _one in range(draw.choices(*ASKED_AT_ONCE)[0])]
    if draw.random() < FRESH_SHARE and day >= LIST_OF_2026:
        topics += draw.choices(list(FRESH), list(FRESH.values()))
    if story and draw.random() < story.share and day >= story.since:
        topics.append(_detail(story.topic, day, draw))
    channel = draw.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    if person is None and draw.random() < 0.6:
        channel = Channel.PHONE
    for_others = bool(FOR_OTHERS.intersection(topics)) or draw.random() < 0.03
    note = "Materiali del corso serale" if "ALT" in topics else ""
    return Planned(day, person, tuple(topics), channel, for_others, note)


def draw_topic(day: date, draw: Random) -> str:
    """What is asked, as the list of that day calls it."""
    topic = draw.choices(list(ASKED), list(ASKED.values()))[0]
    return _detail(topic, day, draw)


def _detail(topic: str, day: date, draw: Random) -> str:
    parts = DETAILS.get(topic, {topic: 1})
    detail = draw.choices(list(parts), list(parts.values()))[0]
    return detail if day >= LIST_OF_2026 else topic


def invent_sheet(day: date, draw: Random) -> PlannedSheet:
    """The marks of a crowded day; of some nobody wrote whether it was a woman or a man."""
    marks = Counter(
        (draw_topic(day, draw), draw.choices(("F", "M", None), (45, 45, 10))[0])
        for _mark in range(draw.randint(*MARKS))
    )
    return PlannedSheet(day, tuple(Cell(*place, number) for place, number in marks.items()))


def _visit(draw: Random, person: int, topics: tuple[str, ...]) -> Planned:
    channel = draw.choice((Channel.DESK, Channel.DESK, Channel.DESK, Channel.APPOINTMENT))
    return Planned(date.min, person, topics, channel)


def _spread(visits: list[Planned], days: list[date], draw: Random) -> list[Planned]:
    drawn = draw_days(len(visits), days, draw)
    draw.shuffle(visits)
    return [replace(visit, day=day) for day, visit in zip(drawn, visits, strict=True)]
