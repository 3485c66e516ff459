# SPDX-License-Identifier: AGPL-3.0-or-later
"""A breakdown as a table: its lines beside the total that they add up to.

No arithmetic but sums and shares: what is counted, and its words, are declared in measures.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from flask_babel import gettext as _

from portal.core.documents.tables import Check, Column, Row, Table, Value
from portal.figures.rules import Number
from portal.reports.measures.breakdowns import OTHERS, Breakdown
from portal.reports.measures.detail import NOT_STATED, Parts
from portal.reports.relazione.model import Relazione, incidence
from portal.reports.sections import notices

NOBODYS = "non-indicato"
"""The key of the line of what was not stated."""
Sides = tuple[Number | None, ...]
"""The same figure of the period and, where one is compared, of the earlier one."""


class Line(NamedTuple):
    """A line of a division: a key for programs, its words, and both numbers."""

    key: str
    label: str
    now: Number | None
    then: Number | None


def division_table(
    relazione: Relazione,
    key: str,
    caption: str,
    head: str,
    lines: Sequence[Line],
    *,
    column: str,
    whole: tuple[Number | None, Number | None],
    note: str | None = None,
) -> Table:
    """How a whole divides: the numbers, their shares, and the numbers of the earlier period."""
    now, then = relazione.against.heads(relazione.period)
    columns = [
        Column("label", head, "text"),
        Column(column, now, "count", file_head=relazione.period.name),
        Column("share", "%", "share"),
    ]
    if relazione.against.periods:
        earlier = relazione.against.window_name
        columns.append(Column(f"{column}_baseline", then, "count", file_head=earlier))
    total = Line("totale", _("Totale"), *whole)

    def cells(line: Line) -> tuple[Value, ...]:
        return (line.label, line.now, incidence(line.now, total.now), line.then)[: len(columns)]

    return Table(
        key=key,
        caption=caption,
        caption_visible=True,
        columns=tuple(columns),
        rows=(
            *(Row(cells(line), key=line.key or NOBODYS) for line in lines),
            Row(cells(total), "total", total.key),
        ),
        note=note,
        check=added([(line.now, line.then) for line in lines], whole),
    )


def added(lines: Sequence[Sides], totals: Sides) -> Check | None:
    """Whether each column adds up to its total, where all of it is known."""
    sides: list[tuple[Number, Number]] = []
    for column, total in enumerate(totals):
        known = [number for line in lines if (number := line[column]) is not None]
        if total is not None and len(known) == len(lines):
            sides.append((sum(known), total))
    return notices.check(len(lines), sides) if sides else None


NOTES: Mapping[str, Callable[[Relazione], str | None]] = {"newcomers": notices.newcomers_note}
"""What is said below a table, where something must be."""


def table_of(
    breakdown: Breakdown, relazione: Relazione, *, also_empty: bool = False
) -> Table | None:
    """The breakdown in a period and, where one is compared, the earlier one.

    None where it cannot be told: of past totals, or, unless `also_empty`, where nothing of the
    kind was ever stated.
    """
    if breakdown.needs_records and not (relazione.detail and _is_known(breakdown, relazione)):
        return None
    now, then = numbers_of(breakdown, relazione)
    if (
        breakdown.hides_empty
        and not also_empty
        and not any(number for part in (now, then) for code, number in (part or {}).items() if code)
    ):
        return None
    lines = [
        Line(code, label, _number(now, code), _number(then, code))
        for code, label in _labels(breakdown, relazione)
    ]
    return breakdown_table(breakdown, relazione, lines)


def breakdown_table(breakdown: Breakdown, relazione: Relazione, lines: Sequence[Line]) -> Table:
    """The table of these lines of a breakdown."""
    current, earlier = relazione.current, relazione.baseline
    note = NOTES.get(breakdown.key)
    return division_table(
        relazione,
        breakdown.key,
        str(breakdown.title),
        str(breakdown.head),
        lines,
        column=breakdown.whole,
        whole=(
            getattr(current, breakdown.whole),
            None if earlier is None else getattr(earlier, breakdown.whole),
        ),
        note=note(relazione) if note else None,
    )


def _is_known(breakdown: Breakdown, relazione: Relazione) -> bool:
    """Whether the figures have it: those of an edition of an earlier build may not."""
    detail, key = relazione.detail, breakdown.counted or breakdown.key
    return breakdown.values is not None or (detail is not None and key in detail.parts)


def numbers_of(breakdown: Breakdown, relazione: Relazione) -> tuple[Parts | None, Parts | None]:
    """Both periods, each number under the line that it stands in."""
    day = relazione.period.end
    now = breakdown.numbers(relazione.current, relazione.detail, day)
    then = breakdown.numbers(relazione.baseline, relazione.baseline_detail, day)
    if not breakdown.most:
        return now, then
    top = {*_ranking(breakdown, now, then)[: breakdown.most], NOT_STATED}
    return _lumped(now, top), _lumped(then, top)


def _lumped(numbers: Parts | None, top: Collection[str]) -> Parts | None:
    if numbers is None:
        return None
    sums: dict[str, Number | None] = {}
    for code, number in numbers.items():
        line = code if code in top else OTHERS
        sums[line] = (sums.get(line) or 0) + (number or 0)
    return sums


def _ranking(breakdown: Breakdown, now: Parts | None, then: Parts | None) -> list[str]:
    """The commonest of the period first, then by name.

    Where only the commonest have a line, the earlier period decides between equal ones.
    """
    known, earlier = now or {}, then or {}
    return sorted(
        {*known, *earlier} - {NOT_STATED},
        key=lambda code: (
            -(known.get(code) or 0),
            -(earlier.get(code) or 0) if breakdown.most else 0,
            breakdown.label(code),
        ),
    )


def _labels(breakdown: Breakdown, relazione: Relazione) -> list[tuple[str, str]]:
    """The lines in their order, by code."""
    day = relazione.period.end
    now = breakdown.numbers(relazione.current, relazione.detail, day)
    then = breakdown.numbers(relazione.baseline, relazione.baseline_detail, day)
    if breakdown.codes:
        codes = [
            code
            for code in breakdown.codes
            if code not in breakdown.if_any or any((part or {}).get(code) for part in (now, then))
        ]
    else:
        codes = _ranking(breakdown, now, then)
    labels = [(code, breakdown.label(code)) for code in codes[: breakdown.most or None]]
    if breakdown.most and (others := len(codes) - breakdown.most) > 0:
        labels.append((OTHERS, f"{breakdown.others} ({others})"))
    return [*labels, (NOT_STATED, _("Non indicato"))] if breakdown.not_stated else labels


def codes_behind(breakdown: Breakdown, relazione: Relazione, line: str) -> list[str]:
    """The codes of the counted attribute that a line of the table holds, by the line's key."""
    if line == NOBODYS:
        return [NOT_STATED]
    details = [detail for detail in (relazione.detail, relazione.baseline_detail) if detail]
    known = {
        code
        for detail in details
        for code in detail.parts.get(breakdown.counted or breakdown.key, {})
    }
    if line == OTHERS and breakdown.most:
        day = relazione.period.end
        sides = (
            breakdown.numbers(relazione.current, relazione.detail, day),
            breakdown.numbers(relazione.baseline, relazione.baseline_detail, day),
        )
        return _ranking(breakdown, *sides)[breakdown.most :]
    return breakdown.members(line, known, relazione.period.end)


def _number(numbers: Parts | None, code: str) -> Number | None:
    return None if numbers is None else numbers.get(code, 0)
