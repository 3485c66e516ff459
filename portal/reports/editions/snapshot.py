# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an edition freezes, as JSON, and the relazione that comes back from it.

Frozen JSON says its schema: which figures it holds, and in which shape. A new figure takes a new
number here, and an edition of an older schema goes on to say what it said: it does not know the
figure, it never holds a zero of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from portal.core.italy.periods import Period, parse_period
from portal.figures.rules import Counts, Nameless, SumOf
from portal.reports import measures
from portal.reports.disclosure.relazione_sheets import EARLY
from portal.reports.editions import first_lines
from portal.reports.editions.schemas import refuse_newer
from portal.reports.inference import Basis, Change, Finding, Inference
from portal.reports.measures.detail import Detail, Month
from portal.reports.models import EditionRow
from portal.reports.relazione import assembly, manager_words
from portal.reports.relazione.baselines import Baseline, baseline_of
from portal.reports.relazione.model import Asked, Layout, Relazione, Texts, TopicRow, topic_row

SCHEMA = 5
"""What `freeze` writes. Editions of the first builds do not say their number: it shows in the keys.

1: the two periods' totals alone. 2: and the lines that they were told in. 3: and how users and
visits divide, the manager's words, the findings. 4: the same, the divisions by the key of their
breakdown, the interpreter's among them. 5: and the enquiries without a name, of each line the
topics that it holds, of what requests are a sum, the layout, of how many years the mean of a month
is and which notes are about the earlier period; the rates of those before are of all enquiries.
"""
OF_USERS = 5
"""The first schema whose rates are of the enquiries of users."""
MEASURED = ("difference", "low", "high", "p", "p_adjusted")
"""What of a finding is a decimal number."""


def freeze(period: str, baseline: str, layout: Layout = Layout.MODERN) -> dict[str, Any]:
    """The figures of the two periods as they are now, and the rows that they were told in.

    The rows stand here as they are: which topics have a line, and under which a child counts, is
    another matter in the next version of the list.
    """
    relazione = assembly.get_relazione(period=period, baseline=baseline, layout=layout)
    template, earlier = manager_words.find_template(), relazione.against.period
    return {
        "schema": SCHEMA,
        "taxonomy": int(relazione.taxonomy_version),
        "desk_name": relazione.desk_name,
        "desk_slug": relazione.desk_slug,
        "network_name": relazione.network_name,
        "period": period,
        "baseline": relazione.against.name,
        "mean_of": [period.name for period in relazione.against.known],
        "current": _frozen_counts(relazione.current),
        "earlier": relazione.baseline and _frozen_counts(relazione.baseline),
        "notes": list(relazione.notes),
        "own_notes": list(relazione.own_notes or ()),
        "earlier_is_silent": relazione.is_baseline_silent,
        "detail": _frozen_detail(relazione.detail),
        "earlier_detail": _frozen_detail(relazione.baseline_detail),
        "askers": _askers(relazione.period, relazione.current),
        "earlier_askers": earlier and relazione.baseline and _askers(earlier, relazione.baseline),
        "layout": layout,
        "omits": sorted(relazione.omits),
        "texts": asdict(relazione.texts),
        "template": str(template.id) if template else None,
        "inference": _frozen_inference(relazione.inference),
        "early": [_written(number) for number in relazione.early],
        "rows": [_frozen_row(row) for row in relazione.rows],
        "historical": [_frozen_row(row) for row in relazione.historical],
    }


def _askers(period: Period, counts: Counts) -> dict[str, int] | None:
    """Persons behind each line that a publication of the period would have, of its own lists."""
    own = assembly.on_own_lines(period, counts)
    return measures.count_askers(period, own.line_of(EARLY))


def _frozen_row(row: TopicRow) -> dict[str, Any]:
    """A line as it was told: rates are worked out again, exact fractions have no place in JSON."""
    return {
        "code": row.code,
        "label": row.label,
        "count": row.count,
        "baseline": _written(row.baseline),
        "nameless": row.nameless,
        "baseline_nameless": _written(row.baseline_nameless),
        "of_users": row.of_users,
        "baseline_of_users": _written(row.baseline_of_users),
        "varies": row.variation is not None,
        "codes": list(row.codes),
        "details": [_frozen_row(detail) for detail in row.details],
        "group": list(row.group),
        "is_rest": row.is_rest,
        "is_part_then": row.is_part_then,
    }


def _frozen_counts(counts: Counts) -> dict[str, Any]:
    return {name: _written(value) for name, value in asdict(counts).items()}


def _frozen_inference(inference: Inference | None) -> dict[str, Any] | None:
    """The findings as they were: the persons behind them are not there for ever."""
    if inference is None:
        return None
    return {name: _written(value) for name, value in asdict(inference).items()}


def _frozen_detail(detail: Detail | None) -> dict[str, Any] | None:
    if detail is None:
        return None
    return {name: _written(value) for name, value in asdict(detail).items()}


def _written(value: Any) -> Any:
    """JSON knows no fractions: the mean of several counts is written «511/3»."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _written(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    return value


def _number(value: Any) -> Any:
    return Fraction(value) if isinstance(value, str) else value


def _numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _number(value) for key, value in values.items()}


def schema_of(frozen: Mapping[str, Any]) -> int:
    """The number of the schema that an edition was frozen in."""
    if "schema" in frozen:
        return int(frozen["schema"])
    if "rows" not in frozen:
        return 1
    return 3 if "detail" in frozen else 2


def thaw(frozen: dict[str, Any]) -> Relazione:
    """The relazione of a frozen edition: the same on any day, whatever list is in force.

    Raises Refusal for a schema that this build does not know.
    """
    refuse_newer(frozen, newest=SCHEMA)
    current = _thawed_counts(frozen["current"])
    baseline = _thawed_counts(frozen["earlier"]) if frozen["earlier"] else None
    period, against = parse_period(frozen["period"]), _thawed_baseline(frozen)
    rows, historical = _rows_of(frozen, period, current, baseline)
    early_now, early_then = map(_number, frozen.get("early", (0, 0)))
    return Relazione(
        desk_name=frozen["desk_name"],
        desk_slug=frozen["desk_slug"],
        network_name=frozen.get("network_name", ""),
        period=period,
        against=against,
        current=current,
        baseline=baseline,
        rows=rows,
        historical=historical,
        taxonomy_version=str(frozen["taxonomy"]),
        notes=tuple(frozen["notes"]),
        own_notes=tuple(frozen["own_notes"]) if "own_notes" in frozen else None,
        is_baseline_silent=frozen.get("earlier_is_silent", False),
        detail=_thawed_detail(frozen.get("detail")),
        baseline_detail=_thawed_detail(frozen.get("earlier_detail")),
        texts=Texts(**frozen.get("texts", {})),
        omits=frozenset(frozen.get("omits", ())),
        inference=_thawed_inference(frozen.get("inference")),
        early=(early_now, early_then),
        layout=Layout(frozen.get("layout", Layout.MODERN)),
        rates_of_all=schema_of(frozen) < OF_USERS,
    )


def counted_of(edition: EditionRow) -> Baseline | None:
    """What the figures of an edition are compared with; None as long as nothing is counted."""
    return _thawed_baseline(edition.frozen) if edition.frozen else None


def _thawed_baseline(frozen: Mapping[str, Any]) -> Baseline:
    """With the periods that its mean is of."""
    period = parse_period(frozen["period"])
    _period, against = baseline_of(period, frozen["baseline"], date.max)
    return replace(against, known=tuple(map(parse_period, frozen.get("mean_of", ()))))


def _rows_of(
    frozen: Mapping[str, Any], period: Period, current: Counts, baseline: Counts | None
) -> tuple[tuple[TopicRow, ...], tuple[TopicRow, ...]]:
    """Both layouts' lines; an edition of schema 1 has those of the list of its period."""
    schema = schema_of(frozen)
    if schema == 1:
        return first_lines.rows(period, current, baseline)
    thawed = _thawed_row if schema >= OF_USERS else _thawed_short_row
    rows, historical = (
        tuple(thawed(row, current, baseline) for row in frozen[layout])
        for layout in ("rows", "historical")
    )
    return rows, historical


def _thawed_counts(kept: Mapping[str, Any]) -> Counts:
    by_sex = kept["users_by_sex"]
    return Counts(
        users=_number(kept["users"]),
        users_by_sex=by_sex and _numbers(by_sex),
        visits=_number(kept["visits"]),
        anonymous=_number(kept["anonymous"]),
        topics=_numbers(kept["topics"]),
        nameless=_thawed_nameless(kept.get("nameless")),
        knows_topics=kept.get("knows_topics", True),
        sum_of=_thawed_sum(kept.get("sum_of")),
    )


def _thawed_sum(frozen: Mapping[str, Any] | None) -> SumOf | None:
    """None where requests were of one period; no build before would add those of several."""
    return SumOf(tuple(frozen["totals"]), frozen["has_records"]) if frozen else None


def _thawed_nameless(frozen: Mapping[str, Any] | None) -> Nameless | None:
    """None for editions from before it was told: nothing is worked out for them anew."""
    if frozen is None:
        return None
    by_topic = frozen["by_topic"]
    return Nameless(
        _number(frozen["total"]),
        None if by_topic is None else _numbers(by_topic),
        frozen["is_whole"],
    )


PARTS_OF_3 = ("ages", "citizenships", "residences", "languages", "channels")
"""The breakdowns of schema 3, each under its own name."""


def _thawed_detail(kept: Mapping[str, Any] | None) -> Detail | None:
    if kept is None:
        return None
    parts = kept["parts"] if "parts" in kept else {key: kept[key] for key in PARTS_OF_3}
    return Detail(
        parts={key: _numbers(numbers) for key, numbers in parts.items()},
        newcomers=_number(kept["newcomers"]),
        days=_number(kept["days"]),
        months=tuple(Month(**_month(month)) for month in kept["months"]),
    )


def _thawed_inference(kept: Mapping[str, Any] | None) -> Inference | None:
    """None for editions from before the inference: nothing is worked out for them anew."""
    if kept is None:
        return None
    return Inference(
        basis=Basis(kept["basis"]),
        dispersion=kept["dispersion"] and Decimal(kept["dispersion"]),
        findings={code: _thawed_finding(one) for code, one in kept["findings"].items()},
        anonymous=kept["anonymous"],
    )


def _thawed_finding(kept: Mapping[str, Any]) -> Finding:
    values: dict[str, Any] = {name: Decimal(kept[name]) for name in MEASURED}
    values |= {name: _number(kept[name]) for name in ("count", "baseline")}
    values |= {name: kept[name] for name in ("needed_up", "needed_down")}
    return Finding(change=Change(kept["change"]), **values)


def _month(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": kept["name"], "visits": _number(kept["visits"]),
            "enquiries": _number(kept["enquiries"]), "years": kept.get("years")}  # fmt: skip


def _thawed_short_row(row: Sequence[Any], current: Counts, baseline: Counts | None) -> TopicRow:
    """Of schemas 2 to 4: code, label and both counts. All are taken for enquiries of users."""
    code, label, count, earlier = row
    then = None
    if earlier is not None and baseline is not None:
        number = _number(earlier)
        then = Asked(number, None, number, baseline.users)
    now = Asked(count, None, count, current.users)
    return topic_row(code, label, now, then, comparable=True, codes=(code,))


def _thawed_row(row: Mapping[str, Any], current: Counts, baseline: Counts | None) -> TopicRow:
    """Incidences and variations are worked out again from what was frozen."""
    now = _asked(row, "", current)
    then = _asked(row, "baseline_", baseline)
    return topic_row(
        row["code"],
        row["label"],
        now,
        then,
        comparable=row["varies"],
        codes=tuple(row["codes"]),
        details=tuple(_thawed_row(detail, current, baseline) for detail in row["details"]),
        group=tuple(row["group"]),
        is_rest=row["is_rest"],
        is_part_then=row["is_part_then"],
    )


def _asked(row: Mapping[str, Any], which: str, side: Counts | None) -> Asked | None:
    number = _number(row["baseline" if which else "count"])
    if number is None or side is None:
        return None
    nameless, of_users = (_number(row[which + name]) for name in ("nameless", "of_users"))
    return Asked(number, nameless, of_users, side.users)
