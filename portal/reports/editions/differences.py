# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two tellings of a period, figure by figure: two editions, or an edition and the records now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, cast

from flask_babel import gettext as _

from portal.core.documents.tables import Column, Row, Table
from portal.figures.rules import Counts, Number, is_silent
from portal.reports.editions import first_lines
from portal.reports.measures.breakdowns import BREAKDOWNS
from portal.reports.measures.detail import Detail
from portal.reports.relazione.model import Relazione, TopicRow
from portal.reports.sections import activity_tables, topic_tables
from portal.reports.sections.breakdown_table import table_of
from portal.taxonomy.queries import newest_topic

COUNTED = ("count", "users", "visits", "enquiries", "days")
"""The columns that hold figures of the period, where a table has them."""


def counts_differ(frozen: Relazione, now: Relazione) -> bool:
    """Whether the period, or the earlier one beside it, was counted otherwise than it is now.

    Judged on numbers alone, by their codes, and only on the figures that the frozen relazione
    has: words, lines of a later list and figures that came with a later build correct nothing.
    """
    if _tells_nothing(frozen.baseline) != _tells_nothing(now.baseline):
        return True
    if _tells_nothing(frozen.baseline):
        return period_differs(frozen, now)
    return (
        period_differs(frozen, now)
        or _tells_more(frozen, now)
        or _differs(frozen.baseline, now.baseline)
        or _differs(frozen.baseline_detail, now.baseline_detail)
    )


def _tells_more(frozen: Relazione, now: Relazione) -> bool:
    """Whether past totals have said since how many enquiries were nameless, or of how many users
    the requests of several periods were: rates move by it.
    """
    sides = ((frozen.current, now.current), (frozen.baseline, now.baseline))
    return not frozen.rates_of_all and any(
        (after.nameless and not before.nameless)
        or (before.sum_of and before.users is None and after.users is not None)
        for before, after in sides
        if before and after
    )


def period_differs(frozen: Relazione, now: Relazione) -> bool:
    """The same of the period alone."""
    if _tells_nothing(frozen.current) and _tells_nothing(now.current):
        return False
    return _differs(frozen.current, now.current) or _differs(frozen.detail, now.detail)


def _tells_nothing(counts: Counts | None) -> bool:
    """The first builds froze the zeros of a period in which nothing was recorded."""
    return counts is None or is_silent(counts)


def _differs(frozen: Counts | Detail | None, now: Counts | Detail | None) -> bool:
    """Whether a figure that was known then has another number now."""
    before, after = _by_name(frozen), _by_name(now)
    if isinstance(frozen, Detail) and isinstance(now, Detail) and not _mean_alike(frozen, now):
        del before["months"]
    return any(
        _nonzero(number) != _nonzero(after.get(name))
        for name, number in before.items()
        if number is not None
    )


def _mean_alike(frozen: Detail, now: Detail) -> bool:
    """Whether both take the mean of a month over the same years: builds of before took it over
    all, also where nothing was recorded in the month.
    """
    untold = {month.years is None for detail in (frozen, now) for month in detail.months}
    return len(untold) < 2


def _by_name(figures: Counts | Detail | None) -> dict[str, Any]:
    """Each figure by its name, the breakdowns by their keys; of what it is a sum is no figure."""
    named = {} if figures is None else dict(vars(figures))
    named.pop("sum_of", None)
    return named | named.pop("parts", {})


def _nonzero(figure: Any) -> Any:
    """A figure without the zeros of keys, which may be written or not."""
    if isinstance(figure, Mapping):
        return {key: number for key, number in figure.items() if number}
    return figure


def differences(
    before: Relazione, after: Relazione, *, heads: tuple[str, str], caption: str
) -> Table:
    """Every figure of the period that is told otherwise, table by table, old beside new.

    Figures are matched by the keys of their table, line and column, never by words; of what either
    is compared with, in which layout it stands and which parts the desk prints is no matter. A
    table that only one of the two has was not counted by the other, and tells no difference.
    """
    before, after = _on_one_mapping(before, after)
    columns: tuple[str, ...] = COUNTED
    if before.current.nameless and after.current.nameless:
        columns += ("nameless",)
    lines = _common_lines(before, after)
    was, now = (_figures(relazione.alone(), lines, columns) for relazione in (before, after))
    tables = {key[0] for key in was} & {key[0] for key in now}
    return Table(
        key="differenze",
        caption=caption,
        columns=(
            Column("table", _("Tabella"), "text"),
            Column("label", _("Dato del periodo"), "text"),
            Column("old", heads[0], "count"),
            Column("new", heads[1], "count"),
        ),
        rows=tuple(
            Row((figure.table, figure.label, old, new))
            for key, figure in (was | now).items()
            if key[0] in tables
            for old, new in [(_value(was, key), _value(now, key))]
            # Of a line that one of them does not have, nothing is no less than zero.
            if old != new and (old or new)
        ),
    )


def _common_lines(before: Relazione, after: Relazione) -> frozenset[str]:
    """The lines on which both have the same of what was recorded.

    Beside another baseline a line may hold more topics or fewer: those are told by their codes.
    Two periods have no topic in common where their lists differ: there the line is what they have.
    """
    if before.rates_of_all or before.period != after.period:
        return frozenset(row.code for side in (before, after) for row in side.rows)
    sides = (before, after)
    recorded = {code for side in sides for code, number in side.current.topics.items() if number}
    was, now = (
        {row.code: recorded.intersection(row.codes) for row in side.rows}
        for side in (before, after)
    )
    return frozenset(code for code in {*was, *now} if was.get(code, set()) == now.get(code, set()))


class _Figure(NamedTuple):
    """A figure of the period with the words that it stands under."""

    table: str
    label: str
    value: Number | None


Address = tuple[str, str, str]
"""The keys of a table, of a line and of a column."""


def _value(figures: Mapping[Address, _Figure], key: Address) -> Number | None:
    """A line that a table does not have counts nothing."""
    return figures[key].value if key in figures else 0


def _figures(
    relazione: Relazione, lines: Collection[str], columns: Sequence[str]
) -> dict[Address, _Figure]:
    """Each figure of the period by its address; totals stand in the synthesis."""
    head = _("Sintesi")
    totals = {
        "users": (_("Utenti"), relazione.current.users),
        "services": (_("Servizi erogati"), relazione.services),
        "visits": (_("Accessi"), relazione.current.visits),
        "anonymous": (_("Accessi anonimi"), relazione.current.anonymous),
    }
    figures: dict[Address, _Figure] = {
        ("", key, ""): _Figure(head, label, value) for key, (label, value) in totals.items()
    }
    figures |= _by_code(relazione, lines, columns)
    for table in _tables(relazione):
        keys = [column.key for column in table.columns]
        for counted in [key for key in columns if key in keys]:
            number = keys.index(counted)
            for row in table.rows:
                if row.kind == "body" and (table.key != TOPICS or row.key in lines):
                    label = _label(row, table.columns[number])
                    figures[table.key, row.key, counted] = _Figure(
                        table.caption, label, cast("Number | None", row.cells[number])
                    )
    return figures


def _on_one_mapping(before: Relazione, after: Relazione) -> tuple[Relazione, Relazione]:
    """An edition of before is told beside another on the lines that builds of then would print."""
    if before.rates_of_all == after.rates_of_all:
        return before, after
    old, new = (
        side if side.rates_of_all else replace(side, rows=_old_lines(side), rates_of_all=True)
        for side in (before, after)
    )
    return old, new


def _old_lines(relazione: Relazione) -> tuple[TopicRow, ...]:
    rows, _historical = first_lines.rows(relazione.period, relazione.current, relazione.baseline)
    return rows


def _by_code(
    relazione: Relazione, lines: Collection[str], columns: Sequence[str]
) -> dict[Address, _Figure]:
    """Each topic that names no line of both: that of a line with no parts is the line itself."""
    if relazione.rates_of_all or relazione.is_silent:
        return {}
    caption = topic_tables.caption(relazione)
    labels = {detail.code: detail.label for row in relazione.rows for detail in row.details}
    nameless = relazione.current.nameless
    numbers = {
        "count": (_("richieste"), relazione.current.topics),
        "nameless": (_("di cui senza nome"), (nameless and nameless.by_topic) or {}),
    }
    return {
        (TOPICS, f"/{code}", column): _Figure(
            caption, f"{labels.get(code) or newest_topic(code).label}, {words}", number
        )
        for column, (words, by_topic) in numbers.items()
        if column in columns
        for code, number in by_topic.items()
        if number and code not in lines
    }


TOPICS = "richieste"


def _tables(relazione: Relazione) -> list[Table]:
    """All that a relazione may print of what was counted, each breakdown to its last line."""
    if relazione.is_silent:
        return []
    divided = [
        table_of(replace(breakdown, most=0), relazione, also_empty=True) for breakdown in BREAKDOWNS
    ]
    tables = [topic_tables.modern_table(relazione), *filter(None, divided)]
    if relazione.detail:
        tables += [activity_tables.month_table(relazione), activity_tables.opening_table(relazione)]
    return tables


def _label(row: Row, column: Column) -> str:
    """A line's words; where a table has several figures, with the group they stand under."""
    return f"{row.cells[0]}, {column.group.lower()}" if column.group else str(row.cells[0])
