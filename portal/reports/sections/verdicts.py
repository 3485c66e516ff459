# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be said of the variations, in words for who decides and in numbers for who checks.

A change is called an increase or a decrease here alone, and only where it was found. Pure.
"""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.core.documents.tables import BLANK, Column, Row, Table, Value
from portal.core.italy import formats
from portal.core.italy.nouns import capitalized, noun_of
from portal.reports.inference import Basis, Change, Finding, Inference
from portal.reports.relazione.model import Relazione, TopicRow

WORDS = {
    Change.UP: _l("in aumento"),
    Change.DOWN: _l("in calo"),
    Change.CHANCE: _l("non distinguibile dal caso"),
    Change.INSUFFICIENT: _l("dati insufficienti"),
}
ARROWS = {Change.UP: "▲ ", Change.DOWN: "▼ "}
TABLE = "intervalli"
APPENDIX = "appendice"
"""The part with the names of methods and their numbers."""
P_PLACES = 3
OF_PERSONS = _l("Test esatto di permutazione: le persone dei due periodi, ciascuna con le sue"
                " richieste, divise in tutti i modi possibili.")  # fmt: skip
OF_TOTALS = _l("Test binomiale esatto, dato il totale della riga, con i conteggi divisi per la"
               " dispersione.")  # fmt: skip
CORRECTION = _l("Benjamini e Hochberg, al 5 %: tra le variazioni dette «in aumento» o «in calo», al"
                " massimo una su venti è attesa per caso.")  # fmt: skip


def outcome(relazione: Relazione, row: TopicRow) -> str | None:
    """The word beside a variation; of a line without enquiries none, of one not tested n.d."""
    finding = relazione.finding(row)
    if finding is not None:
        return worded(finding.change)
    return None if row.count or row.baseline else formats.DOES_NOT_APPLY


def worded(change: Change) -> str:
    """The word of a change, with its arrow where there is one."""
    return ARROWS.get(change, "") + str(WORDS[change])


def verdict(relazione: Relazione) -> tuple[str, str]:
    """What the table means: which variations are more than chance; and the nearest, if none is."""
    if relazione.inference is None or not relazione.inference.findings:
        return "", ""
    lines = [(row, one) for row in relazione.rows if (one := relazione.finding(row))]
    found = [(row, one) for row, one in lines if one.change.is_found]
    if found:
        return _told(found, _comparable(relazione)), ""
    if all(one.change is Change.INSUFFICIENT for _row, one in lines):
        return _("Le richieste sono troppo poche per distinguere una variazione dal caso."), ""
    return _none(_comparable(relazione)), _nearest(
        lines, nameless=relazione.inference.anonymous > 0
    )


def _comparable(relazione: Relazione) -> int:
    """How many lines have a variation: what could not be marked before has none."""
    return sum(row.variation is not None for row in relazione.rows)


def _told(found: list[tuple[TopicRow, Finding]], whole: int) -> str:
    named = "; ".join(f"{row.label}, {WORDS[one.change]}" for row, one in found)
    if len(found) == 1:
        return _("Una variazione su %(whole)s non si spiega con il caso: %(named)s.",
                 whole=whole, named=named)  # fmt: skip
    return _("%(n)s variazioni su %(whole)s non si spiegano con il caso: %(named)s.",
             n=len(found), whole=whole, named=named)  # fmt: skip


def _none(whole: int) -> str:
    if whole == 1:
        return _("La variazione non si distingue dal caso.")
    return _("Nessuna delle %(whole)s variazioni si distingue dal caso.", whole=whole)


def _nearest(lines: list[tuple[TopicRow, Finding]], *, nameless: bool) -> str:
    row, one = min(lines, key=lambda line: line[1].p)
    number = formats.count(one.count)
    told = ngettext("%(n)s richiesta", "%(n)s richieste", one.count, n=number)
    if nameless:
        told = ngettext("%(n)s richiesta non anonima", "%(n)s richieste non anonime",
                        one.count, n=number)  # fmt: skip
    needed = _needed(one)
    if not needed:
        return ""
    return _("La più netta è %(label)s: %(told)s; %(needed)s.",
             label=row.label, told=told, needed=needed)  # fmt: skip


def _needed(one: Finding) -> str:
    """How large a change would have been told, on the side where it points."""
    if one.difference > 0 and one.needed_up is not None:
        return _("con questi utenti ne servivano almeno %(n)s per dire «in aumento»",
                 n=formats.count(one.needed_up))  # fmt: skip
    if one.difference < 0 and one.needed_down is not None:
        return _("con questi utenti dovevano essere al massimo %(n)s per dire «in calo»",
                 n=formats.count(one.needed_down))  # fmt: skip
    return ""


def explanation() -> str:
    """What «not told from chance» means, for who reads the word for the first time."""
    return _("Tra due periodi i numeri cambiano sempre un po’, anche quando non è cambiato nulla:"
             " dipende da chi è venuto. L’esito dice se la differenza è più grande di così. «Non"
             " distinguibile dal caso» non vuol dire «uguale»: vuol dire che questi numeri non"
             " bastano a dirlo.")  # fmt: skip


def assumptions(relazione: Relazione) -> list[str]:
    """On what the outcomes stand, and what was left out of them."""
    inference = relazione.inference
    if inference is None or not inference.findings:
        return []
    said = [_basis(relazione, inference)]
    if len(relazione.against.periods) > 1:
        said.append(_("La media conta come un periodo solo, non come tre."))
    if inference.anonymous:
        said.append(_left_out(inference.anonymous))
    return said


def _basis(relazione: Relazione, inference: Inference) -> str:
    if inference.basis is Basis.RECORDS:
        return _("Dei due periodi si conoscono le richieste di ogni persona: la prova confronta"
                 " le persone. Chi è venuto in tutti e due conta come due persone"
                 " diverse.")  # fmt: skip
    if inference.basis is Basis.TOTALS and relazione.rates_of_all:
        now, then = relazione.against.heads(relazione.period)
        return _("Del periodo %(period)s si conoscono solo i totali. Si assume che le persone"
                 " tornassero a chiedere la stessa cosa quanto nell’altro periodo: la dispersione"
                 " è %(dispersion)s (1 vuol dire che ogni richiesta viene per conto suo).",
                 period=then if relazione.detail else now,
                 dispersion=formats.decimal(inference.dispersion or 1, 2))  # fmt: skip
    if inference.basis is Basis.TOTALS:
        nouns = noun_of(relazione.period), relazione.against.noun(relazione.period)
        known = nouns[1 if relazione.detail else 0]
        return _("%(Of_period)s si conoscono solo i totali. Si assume che le persone tornassero a"
                 " chiedere la stessa cosa quanto nell’altro periodo.",
                 Of_period=capitalized(known.of_it))  # fmt: skip
    return _("Dei due periodi si conoscono solo i totali: non si sa quante richieste ha fatto"
             " ciascuno. Si assume che ogni richiesta venga per conto suo; se le persone sono"
             " tornate molte volte, gli esiti sono meno sicuri di così.")  # fmt: skip


def _left_out(number: int) -> str:
    if number == 1:
        return _("Una richiesta anonima resta fuori dalla prova: non si sa di chi è.")
    return _("%(n)s richieste anonime restano fuori dalla prova: non si sa di chi sono.",
             n=formats.count(number))  # fmt: skip


def interval_table(relazione: Relazione) -> Table:
    """The interval of each variation, and what would have been needed.

    Editions from before the appendix have the chances too.
    """
    interval, needed = _("Intervallo"), _("Sarebbe stato")
    columns = [
        Column("label", _("Tipologia di richiesta"), "text"),
        Column(
            "difference", _("punti"), "change", _tested(relazione), f"{_tested(relazione)} in punti"
        ),
        Column("low", _("da"), "change", interval),
        Column("high", _("a"), "change", interval),
        Column("needed_up", _("in aumento da"), "count", needed),
        Column("needed_down", _("in calo fino a"), "count", needed),
        *(_chances() if relazione.rates_of_all else ()),
    ]
    if _differs_from_printed(relazione):
        now, then = relazione.against.heads(relazione.period)
        named = _("Richieste non anonime")
        columns[1:1] = [
            Column("count", now, "count", named, f"{named} {relazione.period.name}"),
            Column("baseline", then, "count", named, f"{named} {relazione.against.window_name}"),
        ]
    return Table(
        key=TABLE,
        caption=_("Intervalli delle variazioni"),
        columns=tuple(columns),
        rows=_rows(relazione, columns),
        note=" ".join(filter(None, (
            _("Intervallo: di quanti punti può essere cambiata davvero la domanda, al 95 % per"
              " l’intera tabella. Sarebbe stato: con quante richieste nel periodo, a parità del"
              " resto, l’esito cambiava."),
            _what_chances_say() if relazione.rates_of_all else "",
        ))),
        folded=True,
    )  # fmt: skip


def _chances() -> tuple[Column, Column]:
    chance = _("Se nulla è cambiato")
    return (
        Column("p", _("p"), "share", chance, "p", places=P_PLACES),
        Column("p_adjusted", _("p corretto"), "share", chance, "p corretto", places=P_PLACES),
    )


def _what_chances_say() -> str:
    return _("p: quanto spesso una differenza almeno così grande capita quando non è cambiato"
             " nulla; p corretto tiene conto che le righe sono molte, e si dice «in aumento» o"
             " «in calo» fino a 0,05.")  # fmt: skip


def _rows(relazione: Relazione, columns: Sequence[Column]) -> tuple[Row, ...]:
    """The lines that were tested."""
    return tuple(
        Row((row.label, *(_cell(finding, column.key) for column in columns[1:])), key=row.code)
        for row in relazione.rows
        if (finding := relazione.finding(row))
    )


def chance_table(relazione: Relazione) -> Table:
    """The chances themselves, for who checks."""
    columns = (Column("label", _("Tipologia di richiesta"), "text"), *_chances())
    return Table(
        key="probabilita",
        caption=_("Probabilità delle variazioni, se nulla è cambiato"),
        columns=columns,
        rows=_rows(relazione, columns),
        note=_what_chances_say(),
    )


def methods(relazione: Relazione) -> list[tuple[str, str]]:
    """The methods by name, as pairs of a term and its paragraph: for who checks."""
    inference = relazione.inference
    if inference is None:
        return []
    of_persons = inference.basis is Basis.RECORDS
    trial = str(OF_PERSONS if of_persons else OF_TOTALS)
    pairs = [(_("Prova."), trial), (_("Correzione per il numero di righe."), str(CORRECTION))]
    if not of_persons:
        number = formats.decimal(inference.dispersion or 1, 2)
        text = _("%(n)s: 1 vuol dire che ogni richiesta viene per conto suo.", n=number)
        pairs.append((_("Dispersione."), text))
    return pairs


def _differs_from_printed(relazione: Relazione) -> bool:
    """Where the printed rates are of all enquiries: the test has always been of the users'."""
    return bool(relazione.rates_of_all and relazione.inference and relazione.inference.anonymous)


def _tested(relazione: Relazione) -> str:
    """What the test is about: not quite the printed variation of an edition of all enquiries."""
    if _differs_from_printed(relazione):
        return _("Variazione senza le richieste anonime")
    return _("Variazione")


def _cell(one: Finding, key: str) -> Value:
    value: Value = getattr(one, key)
    return formats.DOES_NOT_APPLY if value is None else value


def facts_of(relazione: Relazione, code: str) -> list[tuple[str, str]]:
    """One variation explained: its word, its interval, what would have been needed, its chance."""
    row = next((row for row in relazione.rows if row.code == code), None)
    one = relazione.finding(row) if row else None
    if one is None:
        return []
    points = formats.signed
    facts = [
        (_tested(relazione), _("%(n)s punti", n=points(one.difference))),
        (_("Esito"), str(WORDS[one.change])),
        (_("Intervallo al 95 % per l’intera tabella"),
         _("da %(low)s a %(high)s punti", low=points(one.low), high=points(one.high))),
        (_("Per dire «in aumento»"), _at_least(one)),
        (_("Per dire «in calo»"), _at_most(one)),
    ]  # fmt: skip
    if APPENDIX not in relazione.omits:
        facts.append(
            (_("Se nulla è cambiato"),
             _("una differenza almeno così grande capita con probabilità p = %(p)s; corretta per il"
               " numero di righe, %(adjusted)s",
               p=formats.decimal(one.p, P_PLACES),
               adjusted=formats.decimal(one.p_adjusted, P_PLACES)))
        )  # fmt: skip
    return [*facts, *((_("Da sapere"), text) for text in assumptions(relazione))]


def _at_least(one: Finding) -> str:
    if one.needed_up is None:
        return BLANK
    return _("almeno %(n)s richieste", n=formats.count(one.needed_up))


def _at_most(one: Finding) -> str:
    if one.needed_down is None:
        return _("nemmeno zero richieste sarebbero bastate")
    return _("al massimo %(n)s richieste", n=formats.count(one.needed_down))


def finding_json(relazione: Relazione, row: TopicRow) -> dict[str, str | None]:
    """For programs: the word's code, the interval in points and the adjusted p, or nulls."""
    one = relazione.finding(row)
    if one is None:
        return dict.fromkeys(("change", "low", "high", "p_adjusted"))
    return {
        "change": one.change.value,
        "low": formats.plain(one.low, 6),
        "high": formats.plain(one.high, 6),
        "p_adjusted": formats.plain(one.p_adjusted, 6),
    }
