# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where each desk stands beside the others together, in words and in numbers. Pure.

Desks keep their alphabetical order: a comparison is no league table.
"""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.core.documents.tables import Column, Row, Table, Value
from portal.core.italy import formats
from portal.oversight.rules import NetworkComparison
from portal.reports.inference import Standing, Where

WORDS = {
    Where.ABOVE: _l("sopra gli altri sportelli"),
    Where.BELOW: _l("sotto gli altri sportelli"),
    Where.WITHIN: _l("non distinguibile"),
}
ARROWS = {Where.ABOVE: "▲ ", Where.BELOW: "▼ "}


def finding(comparison: NetworkComparison) -> str:
    """The sentence that comes first: how many cells differ from the other desks, or that none."""
    standings = comparison.funnel.standings
    if not standings:
        return ""
    outside = sum(standing.is_outside for standing in standings.values())
    if not outside:
        return _("Nessuno sportello si distingue dagli altri: le differenze tra i tassi sono come"
                 " quelle che capitano per caso.")  # fmt: skip
    return ngettext(
        "%(n)s casella si distingue dagli altri sportelli: ▲ sopra, ▼ sotto. Le altre differenze"
        " capitano anche per caso.",
        "%(n)s caselle si distinguono dagli altri sportelli: ▲ sopra, ▼ sotto. Le altre differenze"
        " capitano anche per caso.",
        outside,
        n=formats.count(outside),
    )


def table(comparison: NetworkComparison) -> Table:
    """Each desk and topic: its rate, the others', both limits and the drawn estimate."""
    guide, verdict = _("Limiti al 95 %"), _("Limiti al 99,8 %")
    return Table(
        key="limiti",
        caption=_("Limiti e stime di ogni sportello"),
        columns=(
            Column("topic", _("Tipologia di richiesta"), "text"),
            Column("desk", _("Sportello"), "text"),
            Column("rate", _("sportello"), "share", _("Ogni 100 utenti")),
            Column("others", _("altri"), "share", _("Ogni 100 utenti")),
            Column("guide_low", _("da"), "share", guide),
            Column("guide_high", _("a"), "share", guide),
            Column("verdict_low", _("da"), "share", verdict),
            Column("verdict_high", _("a"), "share", verdict),
            Column("estimate", _("Stima"), "share"),
            Column("outcome", _("Esito"), "text"),
        ),
        rows=tuple(
            Row((label, desk.desk.name, *_cells(one)), key=f"{code}/{desk.desk.slug}")
            for code, label in comparison.topics
            for desk in comparison.desks
            if (one := comparison.funnel.standings.get((desk.desk.slug, code)))
        ),
        note=_note(comparison),
        folded=True,
    )


def _cells(one: Standing) -> tuple[Value, ...]:
    word = ARROWS.get(one.where, "") + str(WORDS[one.where])
    return (one.rate, one.others, *one.guide, *one.verdict, one.estimate, word)


def _note(comparison: NetworkComparison) -> str:
    return _("Ogni sportello è messo a confronto con tutti gli altri insieme, senza contarlo."
             " Entro i limiti la differenza capita per caso; l’esito si dice oltre quelli al"
             " 99,8 %%. Si assume che gli sportelli varino tra loro %(dispersion)s volte il solo"
             " caso: quanto si vede nei totali pubblicati, senza sapere nulla delle persone."
             " Stima: il tasso avvicinato a quello di tutti, tanto più quanto meno sono gli utenti."
             " %(nameless)s",
             dispersion=formats.decimal(comparison.funnel.dispersion, 2),
             nameless=_nameless(comparison))  # fmt: skip


def _nameless(comparison: NetworkComparison) -> str:
    """Whether enquiries without a name are among those that were compared."""
    tell = [desk.current.tells_nameless for desk in comparison.desks]
    if all(tell):
        return _("Le richieste senza nome restano fuori.")
    if any(tell):
        return _("Le richieste senza nome restano fuori, dove si sa quante sono.")
    return _("Le richieste anonime sono comprese.")


def standing_json(one: Standing | None) -> dict[str, str | None]:
    """For programs, per 100 users; nulls where there is no other desk to compare with."""
    names = ("others_incidence", "low_95", "high_95", "low_998", "high_998", "estimate")
    if one is None:
        return dict.fromkeys((*names, "outside"))
    values = (one.others, *one.guide, *one.verdict, one.estimate)
    told = {name: formats.plain(value, 6) for name, value in zip(names, values, strict=True)}
    return told | {"outside": one.where.value if one.is_outside else None}
