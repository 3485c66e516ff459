# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the desk did, as tables: month by month, and on how many days."""

from collections.abc import Sequence
from fractions import Fraction

from flask_babel import gettext as _

from portal.core.documents.tables import Column, Row, Table, Value
from portal.core.italy import formats
from portal.core.italy.periods import parse_period
from portal.figures.rules import Counts, Number
from portal.reports.measures.detail import Detail, Month
from portal.reports.relazione.model import Relazione
from portal.reports.sections.breakdown_table import Sides, added


def month_table(relazione: Relazione) -> Table:
    """Visits and enquiries of each month; users of months are never summed, so not here."""
    months = relazione.detail.months if relazione.detail else ()
    earlier = _beside(months, relazione.baseline_detail)
    sums = not _are_of_some_years(earlier, whole=len(relazione.against.counted))
    columns = _month_columns(relazione)
    labels = _month_labels(months, earlier, of_one=len(relazione.against.counted) == 1)
    kept = range(4) if relazione.against.periods else (0, 2)
    lines: list[Sides] = [
        (one.visits, then.visits if then else None, one.enquiries, then.enquiries if then else None)
        for one, then in zip(months, earlier, strict=True)
    ]
    # Editions of before printed the zeros.
    cells = tuple if relazione.rates_of_all else _recorded
    then = relazione.baseline
    total: Sides = (
        relazione.current.visits,
        then.visits if then else None,
        relazione.services,
        relazione.services_baseline,
    )
    return Table(
        key="months",
        caption=_("Accessi e richieste per mese"),
        caption_visible=True,
        columns=(Column("label", _("Mese"), "text"), *(columns[number] for number in kept)),
        rows=(
            *(
                Row((label, *(cells(line)[number] for number in kept)), key=month.name)
                for month, label, line in zip(months, labels, lines, strict=True)
            ),
            Row((_("Totale"), *(total[number] for number in kept)), "total", "totale"),
        ),
        note=None if relazione.rates_of_all else _month_note(lines, list(kept), sums=sums),
        # Means of months that are of fewer years do not add up to the mean of their whole.
        check=added(lines, total) if sums else added([line[::2] for line in lines], total[::2]),
    )


def _month_columns(relazione: Relazione) -> tuple[Column, ...]:
    now, then = relazione.against.heads(relazione.period)
    names = relazione.period.name, relazione.against.window_name
    visits, enquiries = _("Accessi"), _("Richieste")
    return (
        Column("visits", now, "count", visits, f"{visits} {names[0]}"),
        Column("visits_baseline", then, "count", visits, f"{visits} {names[1]}"),
        Column("enquiries", now, "count", enquiries, f"{enquiries} {names[0]}"),
        Column("enquiries_baseline", then, "count", enquiries, f"{enquiries} {names[1]}"),
    )


def _recorded(line: Sides) -> tuple[Value, ...]:
    """The cells of a month; of one without any visit a mark, since nothing recorded is no zero."""
    return tuple(
        formats.DOES_NOT_APPLY if line[number % 2] == 0 else value
        for number, value in enumerate(line)
    )


def _are_of_some_years(months: Sequence[Month | None], *, whole: int) -> bool:
    """Whether the mean of a month is of fewer years than that of the whole period."""
    return any(month.years not in (None, 0, whole) for month in months if month)


def _month_note(lines: Sequence[Sides], columns: Sequence[int], *, sums: bool) -> str | None:
    """What a mark stands for, and of which years the mean of each month is."""
    notes = [_silent_note(lines, columns)]
    if not sums:
        notes.append(
            _("La media di un mese è dei soli anni in cui quel mese ha registrazioni: per questo i"
              " mesi non sommano al totale.")
        )  # fmt: skip
    return " ".join(filter(None, notes)) or None


def _silent_note(lines: Sequence[Sides], columns: Sequence[int]) -> str | None:
    if all(line[number] != 0 for line in lines for number in (0, 1) if number in columns):
        return None
    return _("%(mark)s: nessuna registrazione in quel mese.", mark=formats.DOES_NOT_APPLY)


def _month_labels(
    months: Sequence[Month], earlier: Sequence[Month | None], *, of_one: bool
) -> list[str]:
    """«gennaio»: the heads of the columns say the year; «luglio / gennaio» beside another month.

    In more than a year each month says its own, and so does the earlier one unless it is a mean.
    """
    named = month_label
    if len({month_label(month.name) for month in months}) < len(months):
        named = _month_title
    names = [named(month.name) for month in months]
    if named is _month_title and not of_one:
        return names
    beside = [named(month.name) if month else None for month in earlier]
    return [
        name if other in (None, name) else f"{name} / {other}"
        for name, other in zip(names, beside, strict=True)
    ]


def _month_title(name: str) -> str:
    """«gennaio 2016»."""
    return parse_period(name).title()


def month_label(name: str) -> str:
    """«gennaio»."""
    return parse_period(name).title().rpartition(" ")[0]


def _beside(months: Sequence[Month], detail: Detail | None) -> Sequence[Month | None]:
    """The earlier months beside their own; where they are not as many, they cannot be told so."""
    earlier = detail.months if detail else ()
    return earlier if len(earlier) == len(months) else [None] * len(months)


def opening_table(relazione: Relazione) -> Table:
    """Days with at least one visit, and what each of them saw: desks close for weeks."""
    now, then = relazione.against.heads(relazione.period)
    rows = [Row((now, *_each_day(relazione.detail, relazione.current)), key="now")]
    if relazione.against.periods:
        earlier = _each_day(relazione.baseline_detail, relazione.baseline)
        rows.append(Row((then, *earlier), key="then"))
    return Table(
        key="opening",
        caption=_("Attività per giorno di apertura"),
        caption_visible=True,
        columns=(
            Column("label", _("Periodo"), "text"),
            Column("days", _("Giorni di apertura"), "count"),
            Column("visits", _("Accessi"), "count"),
            Column("visits_a_day", _("Accessi al giorno"), "share"),
            Column("enquiries_a_day", _("Richieste al giorno"), "share"),
        ),
        rows=tuple(rows),
        note=_("Giorni di apertura: quelli con almeno un accesso registrato."),
    )


def _each_day(detail: Detail | None, counts: Counts | None) -> tuple[Value, ...]:
    days, visits = detail.days if detail else None, counts.visits if counts else None
    enquiries = counts.services if counts else None
    return (days, visits, _over(visits, days), _over(enquiries, days))


def _over(number: Number | None, days: Number | None) -> Fraction | None:
    return Fraction(number) / days if number is not None and days else None
