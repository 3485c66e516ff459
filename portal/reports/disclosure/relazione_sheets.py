# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a frozen relazione is told beyond the desk, as sheets to be protected. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from portal.core.italy.periods import Period
from portal.figures.rules import Counts, Number
from portal.reports.disclosure.collapse import lumped
from portal.reports.disclosure.sheets import LEAST, LEAST_SENSITIVE, TOPICS, Sheet
from portal.reports.measures.breakdowns import BREAKDOWNS, BY_KEY
from portal.reports.measures.detail import NOT_STATED, Detail
from portal.reports.relazione.model import Relazione
from portal.reports.relazione.rows import Compared

NOW, THEN = "now", "then"
WAITS, CARRIED = "waits", "carried"
"""Of sheets written down for a network and not told: a correction that waits, or went elsewhere."""
PUBLIC_PARTS = {TOPICS: ""} | {one.key: one.part for one in BREAKDOWNS if one.is_public}
"""What anybody may read, with the part that a desk leaves out if it wants.

Months, ways of contact and areas would give these back.
"""
EARLY = "prima"
"""Enquiries about topics that no list had then."""
SCHEMA = 2
"""Of a sheet as it is kept; the first builds wrote no number and the same keys, or no `late`; 1:
and that; 2: and from which number on its lines may be told, and what they are at most.
"""
HERE = ""
"""The place of a desk's own sheets: it holds no other's."""


@dataclass(frozen=True)
class Side:
    """The period of a relazione, or the one that it is compared with."""

    name: str
    period: Period
    counts: Counts
    detail: Detail | None
    topics: Mapping[str, int] | None
    """By line; None where it would be told on other lines than the period beside it."""
    askers: Mapping[str, int]
    nameless: Mapping[str, int] | None = None
    """Those among them that no user made; None where it is not told of each line."""


def sides_of(
    relazione: Relazione,
    frozen: Mapping[str, Any],
    own: Sequence[Compared] = (),
    *,
    every: bool = False,
) -> list[Side]:
    """Both periods; the mean of several is nobody's count, and is not told.

    `own` are both on the lines of their own lists: told on those of a comparison a period would
    stand in two publications on different lines, and their difference would tell the parts. Where
    the two have not the same lines only the period is told, unless they are read apart (`every`).
    Without it, of editions from before, the lines are the frozen ones.
    """
    now = _topics_of(own[0]) if own else _lines(_counts(relazione, "count"), 0)
    sides = [Side(NOW, relazione.period, relazione.current, relazione.detail, now,
                  frozen.get("askers") or {}, _nameless_of(own, 0))]  # fmt: skip
    earlier = relazione.against.period
    if earlier is None or relazione.baseline is None:
        return sides
    then: dict[str, int] | None = _lines(_counts(relazione, "baseline", none=0), 0)
    if own:
        then = _topics_of(own[1]) if every or _share_lines(relazione, own) else None
    sides.append(Side(THEN, earlier, relazione.baseline, relazione.baseline_detail, then,
                      frozen.get("earlier_askers") or {}, _nameless_of(own, 1)))  # fmt: skip
    return sides


def _nameless_of(own: Sequence[Compared], number: int) -> dict[str, int] | None:
    """By line, and on none of them what no list had; None where a line does not tell it."""
    if number >= len(own) or (sides := own[number].current.nameless) is None:
        return None
    if not sides.is_whole or (sides.total and sides.by_topic is None):
        return None
    rows = {row.code: row.nameless for row in own[number].rows}
    known = {code: _whole(count) for code, count in rows.items() if count is not None}
    rest = _whole(sides.total) - sum(known.values())
    return known | ({EARLY: rest} if rest else {})


def _share_lines(relazione: Relazione, own: Sequence[Compared]) -> bool:
    """Whether each period alone has the lines on which the relazione tells both."""
    each = [{row.code for row in rows} for rows in (relazione.rows, *(side.rows for side in own))]
    return each[0] == each[1] == each[2]


def _counts(relazione: Relazione, name: str, none: int | None = None) -> dict[str, Any]:
    values = {row.code: getattr(row, name) for row in relazione.rows}
    return {code: none if value is None else value for code, value in values.items()}


def _topics_of(side: Compared) -> dict[str, int]:
    return _lines({row.code: row.count for row in side.rows}, side.early[0])


def _lines(counts: Mapping[str, Number | None], early: Number) -> dict[str, int]:
    """The lines that a period has, and what is in its total alone: a line that is never printed."""
    known = {code: _whole(number) for code, number in counts.items() if number is not None}
    return known | ({EARLY: _whole(early)} if early else {})


def _whole(number: Number) -> int:
    if isinstance(number, Fraction):
        raise TypeError("a mean is not a count")
    return number


def sheets_of(
    part: str,
    sides: Sequence[Side],
    *,
    moment: int,
    known: Sequence[Sheet],
    sensitive: Collection[str],
    late: Collection[str],
) -> list[Sheet]:
    """A part of each side of which it is known, not yet protected; small groups are lumped.

    `sensitive` are the topics that need more persons, `late` those that no list had then.
    """
    found = [(side, values) for side in sides if (values := values_of(part, side)) is not None]
    lump: frozenset[str] = frozenset()
    if part != TOPICS and BY_KEY[part].others and found:
        windows = [(side.period.start, side.period.end) for side, _values in found]
        before = {code for one in known if (one.start, one.end) in windows for code in one.lump}
        also = found[1][1] if len(found) > 1 else None
        lump = lumped(found[0][1], also=also, before=before)
    least = dict.fromkeys(sensitive, LEAST_SENSITIVE) if part == TOPICS else {}
    return [
        Sheet(HERE, side.period.start, side.period.end, moment, part, values, lump=lump,
              least=least, persons=side.askers if part == TOPICS else {},
              late=frozenset(late) if part == TOPICS else frozenset())
        for side, values in found
    ]  # fmt: skip


def is_told(part: str, side: Side) -> bool:
    """Whether a side has this part at all."""
    return values_of(part, side) is not None


def values_of(part: str, side: Side) -> dict[str, int] | None:
    """The counts of a part, by its codes; None where they are not known."""
    if part == TOPICS:
        return None if side.topics is None else dict(side.topics)
    if side.counts.users is None:
        return None
    breakdown = BY_KEY[part]
    numbers = breakdown.numbers(side.counts, side.detail, side.period.end)
    known = {code: _whole(number) for code, number in (numbers or {}).items() if number is not None}
    if numbers is None or (numbers and not known):
        return None
    if breakdown.values is not None:
        return known
    codes = (*breakdown.codes, *(() if breakdown.codes else sorted(known)), NOT_STATED)
    return dict.fromkeys(codes, 0) | known


def as_json(sheet: Sheet, side: str) -> dict[str, Any]:
    """A sheet as it is kept, with the side of the relazione that it was."""
    return {
        "schema": SCHEMA,
        "side": side,
        "part": sheet.part,
        "start": sheet.start.isoformat(),
        "end": sheet.end.isoformat(),
        "values": dict(sheet.values),
        "hidden": sorted(sheet.hidden),
        "lump": sorted(sheet.lump),
        "least": dict(sheet.least),
        "persons": dict(sheet.persons),
        "late": sorted(sheet.late),
        "floor": sheet.floor,
        "most": dict(sheet.most),
    }


def from_json(kept: Mapping[str, Any], moment: int) -> Sheet:
    """The sheet that was kept."""
    return Sheet(
        HERE, date.fromisoformat(kept["start"]), date.fromisoformat(kept["end"]), moment,
        kept["part"], kept["values"], frozenset(kept["hidden"]), frozenset(kept["lump"]),
        kept["least"], kept["persons"], frozenset(kept.get("late", ())),
        kept.get("floor", LEAST), kept.get("most", {}),
    )  # fmt: skip
