# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parts of a relazione, declared: in this order, each in its section, chosen per desk.

A part is what a desk may leave out; a section is what is printed under one heading. Adding a part
is adding a line here and the function that makes its blocks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core.documents.document import (
    Block,
    Chart,
    Figure,
    Figures,
    Paragraph,
    Section,
    Series,
)
from portal.core.documents.tables import Table, Value
from portal.core.italy import formats
from portal.figures.rules import NOTHING_RECORDED, is_silent
from portal.reports.measures.breakdowns import BREAKDOWNS, Breakdown
from portal.reports.relazione.model import Relazione, services_per_user
from portal.reports.sections import activity_tables, historical, prose, topic_tables, verdicts
from portal.reports.sections.breakdown_table import table_of
from portal.reports.sections.method import how_counted, how_tested

SECTIONS = {
    "premessa": _l("Premessa"),
    "sintesi": _l("Sintesi"),
    "richieste": _l("Richieste per tipologia"),
    "utenti": _l("Utenti"),
    "attivita": _l("Andamento mensile e attività"),
    "testo": _l("Testo del responsabile"),
    "prova": _l("Quanto è sicura ogni variazione"),
    "come-si-conta": _l("Come si conta"),
    "appendice": _l("Appendice: come si prova una variazione"),
}
SHEETS = {"appendice": _l("Appendice")}
"""How a workbook names the sheet of a section whose title is too long for one."""
MOST_BARS = 15


@dataclass(frozen=True)
class Part:
    """A part: which section it stands in, and how it is made of the figures."""

    key: str
    section: str
    title: str
    make: Callable[[Relazione], Sequence[Block]]
    optional: bool = True


def sections_of(relazione: Relazione) -> tuple[Section, ...]:
    """The sections of its layout: those that the desk prints, each with the blocks of its parts."""
    if relazione.is_historical:
        return historical.sections_of(relazione)
    made: dict[str, list[Block]] = {}
    for part in PARTS:
        if part.key not in relazione.omits:
            made.setdefault(part.section, []).extend(part.make(relazione))
    return tuple(
        Section(key, str(title), tuple(made[key]), str(SHEETS.get(key, "")))
        for key, title in SECTIONS.items()
        if made.get(key)
    )


def _premise(relazione: Relazione) -> Sequence[Block]:
    return prose.paragraphs(relazione.texts.premise)


def _comment(relazione: Relazione) -> Sequence[Block]:
    return prose.paragraphs(relazione.texts.comment)


def _synthesis(relazione: Relazione) -> Sequence[Block]:
    sentences = prose.synthesis(relazione)
    return [Figures(tuple(_figures(relazione))), Paragraph(" ".join(sentences))]


def _figures(relazione: Relazione) -> list[Figure]:
    current, known = relazione.current, relazione.baseline
    if known is None or is_silent(known):
        known = NOTHING_RECORDED
    silent = _("nessuna registrazione") if relazione.is_baseline_silent else None
    # They were written down, part by part: what is missing is a sum of them.
    unknown = formats.NOT_COMPUTABLE if known.sum_of else silent
    return [
        Figure("users", _("Utenti"), current.users,
               (*_earlier(relazione, known.users, unknown=unknown),
                *prose.users_below(relazione))),
        Figure("services", _("Servizi erogati"), relazione.services,
               _earlier(relazione, known.services, unknown=silent)),
        Figure("services_per_user", _("Servizi per utente"), services_per_user(current),
               _earlier(relazione, services_per_user(known), 2, unknown=unknown), places=2),
        Figure("visits", _("Accessi"), current.visits,
               (*_earlier(relazione, known.visits, unknown=silent), *prose.visits_below(current))),
    ]  # fmt: skip


def _earlier(
    relazione: Relazione,
    value: int | Fraction | None,
    places: int = 0,
    *,
    unknown: str | None = None,
) -> tuple[str, ...]:
    if not relazione.against.periods:
        return ()
    number = unknown
    if value is not None:
        number = formats.decimal(value, places) if places else formats.count(value)
    return (prose.earlier(relazione, number),)


def _topics(relazione: Relazione) -> Sequence[Block]:
    if relazione.is_silent:
        return [Paragraph(_("Nessuna registrazione in questo periodo."))]
    said, nearest = verdicts.verdict(relazione)
    blocks: list[Block] = [Paragraph(nearest, lead=said)] if said else []
    blocks.append(topic_tables.modern_table(relazione))
    groups = topic_tables.group_table(relazione)
    if groups and topic_tables.GROUPS not in relazione.omits:
        blocks.append(groups)
    rows = [row for row in relazione.rows if row.incidence or row.baseline_incidence]
    rows.sort(key=lambda row: row.incidence or 0, reverse=True)
    if rows:
        now, then = relazione.against.heads(relazione.period)
        bars = [
            Series(now, tuple(row.incidence for row in rows[:MOST_BARS])),
            Series(then, tuple(row.baseline_incidence for row in rows[:MOST_BARS])),
        ]
        # Of a period without users there is no rate to draw.
        series = [each for each in bars if any(value is not None for value in each.values)]
        blocks.append(
            Chart(
                "richieste-100", "bars",
                _("Richieste ogni 100 utenti, per tipologia; i valori sono nella tabella"),
                _("Richieste ogni 100 utenti"), tuple(row.label for row in rows[:MOST_BARS]),
                tuple(series), places=1,
            )
        )  # fmt: skip
    return blocks


def _none(_relazione: Relazione) -> Sequence[Block]:
    return []


def _months(relazione: Relazione) -> Sequence[Block]:
    if relazione.is_silent:
        return []
    if relazione.detail is None:
        return [
            Paragraph(_("Dei totali passati non si conosce la divisione per mese."), kind="note")
        ]
    table = activity_tables.month_table(relazione)
    blocks: list[Block] = [table]
    if len(relazione.detail.months) > 1 and relazione.current.visits:
        blocks.append(_line(relazione, table))
    return blocks


def _line(relazione: Relazione, table: Table) -> Chart:
    keys = [column.key for column in table.columns]
    now, then = relazione.against.heads(relazione.period)
    names = {"visits": now, "visits_baseline": then}
    series = [
        Series(name, tuple(_drawn(row.cells[keys.index(key)]) for row in table.rows[:-1]))
        for key, name in names.items()
        if key in keys
    ]
    known = [one for one in series if any(value is not None for value in one.values)]
    labels = tuple(str(row.cells[0]) for row in table.rows[:-1])
    name = _("Accessi per mese; i valori sono nella tabella")
    return Chart("accessi-mese", "line", name, _("Accessi"), labels, tuple(known))


def _drawn(value: Value) -> int | Fraction | None:
    """A point of the line; of a month without any record there is none."""
    return value if isinstance(value, int | Fraction) else None


def _of(section: str) -> tuple[Part, ...]:
    """The breakdowns that are printed in a section."""
    return tuple(
        Part(breakdown.part, section, breakdown.title, partial(_broken_down, breakdown))
        for breakdown in BREAKDOWNS
        if breakdown.section == section
    )


def _broken_down(breakdown: Breakdown, relazione: Relazione) -> Sequence[Block]:
    if relazione.is_silent:
        return []
    table = table_of(breakdown, relazione)
    return [table] if table else []


def _opening(relazione: Relazione) -> Sequence[Block]:
    if relazione.is_silent or not relazione.detail:
        return []
    return [activity_tables.opening_table(relazione)]


def _trial(relazione: Relazione) -> Sequence[Block]:
    if relazione.inference is None or not relazione.inference.findings:
        return []
    said = " ".join(verdicts.assumptions(relazione))
    return [
        Paragraph(verdicts.explanation()),
        Paragraph(said, lead=_("Su che cosa si basa.")),
        verdicts.interval_table(relazione),
    ]


def _method(relazione: Relazione) -> Sequence[Block]:
    version = _("Elenco delle tipologie, versione %(version)s.", version=relazione.taxonomy_version)
    of_all = relazione.rates_of_all
    terms = how_counted(rates_of_all=of_all) + (
        how_tested(names_method=of_all) if relazione.inference else ()
    )
    paragraphs = [Paragraph(text, lead=term) for term, text in terms]
    return [*paragraphs, Paragraph(version, kind="note")]


def _appendix(relazione: Relazione) -> Sequence[Block]:
    """Of editions from before it stands where they printed it."""
    if relazione.rates_of_all or not (relazione.inference and relazione.inference.findings):
        return []
    paragraphs = [Paragraph(text, lead=term) for term, text in verdicts.methods(relazione)]
    return [*paragraphs, verdicts.chance_table(relazione)]


PARTS = (
    Part("premessa", "premessa", _l("Premessa"), _premise, optional=False),
    Part("sintesi", "sintesi", _l("Sintesi"), _synthesis),
    Part("richieste", "richieste", _l("Richieste per tipologia"), _topics),
    # Ways of printing the table of topics, with no block of their own.
    Part(topic_tables.DETAILS, "richieste", _l("Voci di dettaglio sotto le tipologie"), _none),
    Part(topic_tables.GROUPS, "richieste", _l("Richieste per gruppo di tipologie"), _none),
    *_of("utenti"),
    Part("mesi", "attivita", _l("Andamento mensile"), _months),
    *_of("attivita"),
    Part("giorni", "attivita", _l("Attività per giorno di apertura"), _opening),
    Part("testo", "testo", _l("Testo del responsabile"), _comment, optional=False),
    Part("prova", "prova", _l("Quanto è sicura ogni variazione"), _trial),
    Part("metodo", "come-si-conta", _l("Come si conta"), _method),
    Part(verdicts.APPENDIX, "appendice", _l("Appendice: come si prova una variazione"), _appendix),
)  # fmt: skip
"""In the order in which they are printed."""
OPTIONAL = tuple(part for part in PARTS if part.optional)
LATER_PARTS = frozenset({topic_tables.DETAILS, topic_tables.GROUPS, verdicts.APPENDIX})
"""Those that no build had whose rates were of all enquiries."""
