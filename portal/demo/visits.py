# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invents visits: the half-year of the historical table to the unit, and a desk's daily life. Pure.

A visit names its person by number, because persons have no id until they are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from portal.demo.calendar import draw_days, open_days
from portal.visits.rules import Channel

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
WOMEN_2016, MEN_2016, USERS_2015 = 67, 82, 172
USERS_2016 = WOMEN_2016 + MEN_2016

LISTS_MERGED_IN = 2026
"""From this year on the provincial list is in force, with finer topics."""
BEFORE = {
    "SOG-RIN": 30, "CIT": 16, "SOG-CAR": 11, "BUR": 11, "FOR": 9, "FAM-RIC": 7, "LAV": 4, "SOG-PRI":
    4, "CAS": 3, "ABI-IDO": 2, "REG-PRO": 1, "REG-TER": 2, "FLU-PRO": 2, "SOC-INV": 2,
}  # fmt: skip
SINCE = {
    "SOG-RIN": 24, "SOG-STA": 10, "SOG-AGG": 4, "SOG-CON": 2, "SOG-CAR": 5, "CAR-UEL": 4, "CIT": 4,
    "CIT-RES": 8, "CIT-STA": 4, "CIT-GIU": 1, "FAM-RIC": 6, "FAM-COE": 1, "FOR-ITA": 5, "FOR-A2": 4,
    "FOR-SCU": 2, "BUR-ANA": 4, "BUR-DIG": 4, "BUR-BON": 3, "BUR-CF": 1, "LAV-RIC": 2, "LAV-DOM": 1,
    "CAS": 3, "ABI-OSP": 2, "ABI-IDO": 1, "FLU-PRO": 1, "FLU-TER": 2, "SAN-SSN": 2, "SOC-INV": 1,
    "SOC-ECO": 1, "MED-SPO": 1, "PRO-RIC": 1, "ALT": 1,
}  # fmt: skip
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


@dataclass(frozen=True)
class Planned:
    """A visit to be recorded; `person` is a number, None for somebody without a name."""

    day: date
    person: int | None
    topics: tuple[str, ...]
    channel: Channel = Channel.DESK
    for_third_party: bool = False
    note: str = ""


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


def daily_life(
    people: Sequence[int], *, first: date, today: date, weekdays: tuple[int, ...], draw: Random
) -> list[Planned]:
    """Every person comes at least once, some often; one visit in fourteen is nobody's."""
    days = open_days(first, today, weekdays)
    visits = [
        person for person in people for _one in range(draw.choice((1, 1, 1, 1, 2, 2, 3, 3, 5)))
    ]
    named: list[int | None] = list(visits)
    named += [None] * (len(visits) // 14)
    draw.shuffle(named)
    drawn = draw_days(len(named), days, draw)
    return [invent_visit(day, person, draw) for day, person in zip(drawn, named, strict=True)]


def invent_visit(day: date, person: int | None, draw: Random) -> Planned:
    """One visit of an ordinary day, with none to four enquiries."""
    weights = SINCE if day.year >= LISTS_MERGED_IN else BEFORE
    number = draw.choices((0, 1, 2, 3, 4), (4, 66, 22, 6, 2))[0]
    topics = tuple(draw.choices(list(weights), list(weights.values()), k=number))
    channel = draw.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    if person is None and draw.random() < 0.6:
        channel = Channel.PHONE
    for_others = bool(FOR_OTHERS.intersection(topics)) or draw.random() < 0.03
    note = "Materiali del corso serale" if "ALT" in topics else ""
    return Planned(day, person, topics, channel, for_others, note)


def _visit(draw: Random, person: int, topics: tuple[str, ...]) -> Planned:
    channel = draw.choice((Channel.DESK, Channel.DESK, Channel.DESK, Channel.APPOINTMENT))
    return Planned(date.min, person, topics, channel)


def _spread(visits: list[Planned], days: list[date], draw: Random) -> list[Planned]:
    drawn = draw_days(len(visits), days, draw)
    draw.shuffle(visits)
    return [replace(visit, day=day) for day, visit in zip(drawn, visits, strict=True)]
