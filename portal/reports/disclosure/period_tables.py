# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk has counted of a period, as the table and the sheets of its network. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from portal.reports.disclosure.own_lines import Topics
from portal.reports.disclosure.relazione_sheets import HERE, NOW, Side, values_of
from portal.reports.disclosure.releases import (
    PERSONS,
    SEXES,
    TOTALS,
    UNNAMED,
    USERS,
    VISITS,
    Days,
    Table,
)
from portal.reports.disclosure.sheets import LEAST_SENSITIVE, NAMELESS, TOPICS, Sheet

FLOOR = 1
"""A network may know every count of enquiries whose topic is not sensitive."""


def table_of(side: Side) -> Table:
    """What was counted; of the earlier period a desk tells no visits and no sexes."""
    counts = side.counts
    nameless = counts.nameless.total if counts.nameless and counts.tells_nameless else None
    totals = {USERS: counts.users, VISITS: counts.visits if side.name == NOW else None,
              UNNAMED: nameless}  # fmt: skip
    table: dict[str, Mapping[str, int]] = {
        TOTALS: {name: number for name, number in totals.items() if isinstance(number, int)}
    }
    if side.topics is not None and counts.knows_topics:
        table[TOPICS] = side.topics
        if side.nameless is not None:
            table[NAMELESS] = side.nameless
        if side.askers:
            table[PERSONS] = side.askers
    sexes = values_of(SEXES, side) if side.name == NOW else None
    return table | ({SEXES: sexes} if sexes is not None else {})


def exact_sheets(side: Side) -> list[Sheet]:
    """All of it, nothing hidden: as builds before told it. Sexes they wrote down themselves."""
    days = side.period.start, side.period.end
    table = table_of(side)
    plain = [_bare(part, days, 0, table) for part in (TOTALS, TOPICS, NAMELESS) if part in table]
    return [replace(sheet, floor=FLOOR) for sheet in plain]


def totals_sheet(days: Days, moment: int, table: Table) -> Sheet:
    """Users and visits, which the network reads exactly."""
    return _bare(TOTALS, days, moment, table)


def topics_sheet(days: Days, moment: int, table: Table, topics: Topics) -> Sheet:
    """Enquiries by line, of which the sensitive ones need as many persons as for the public."""
    return replace(
        _bare(TOPICS, days, moment, table),
        least=dict.fromkeys(sorted(topics.sensitive), LEAST_SENSITIVE),
        late=frozenset(topics.late),
        floor=FLOOR,
    )


def nameless_sheet(days: Days, moment: int, table: Table, sensitive: Collection[str]) -> Sheet:
    """Those among them that no user made: few, or all but few, would name whom the others are of.

    A count of them is at most that of its line.
    """
    nameless, topics = table[NAMELESS], table[TOPICS]
    rest = {code: topics.get(code, 0) - number for code, number in nameless.items()}
    return replace(
        _bare(NAMELESS, days, moment, table),
        least=dict.fromkeys(sorted(sensitive), LEAST_SENSITIVE),
        persons={code: min(number, rest[code]) if rest[code] > 0 else number
                 for code, number in nameless.items() if number},
        most={code: topics.get(code, 0) for code in nameless},
        floor=FLOOR,
    )  # fmt: skip


def sexes_sheet(days: Days, moment: int, table: Table) -> Sheet:
    """Users by sex, told in three numbers: the last holds both others."""
    return replace(_bare(SEXES, days, moment, table), lump=frozenset("XN"))


def bare_sheets(days: Days, moment: int, table: Table) -> list[Sheet]:
    """A table to be written down, of which nothing is told."""
    return [_bare(part, days, moment, table) for part in table if part != PERSONS]


def _bare(part: str, days: Days, moment: int, table: Table) -> Sheet:
    persons = table.get(PERSONS, {}) if part == TOPICS else {}
    return Sheet(HERE, *days, moment, part, table[part], persons=persons)
