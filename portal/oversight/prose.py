# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said around the comparison: when it was compiled, who is missing, what a cell holds.

Pure: a NetworkComparison in, sentences out.
"""

from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.nouns import noun_of
from portal.core.italy.periods import headings
from portal.oversight.layouts import COUNTS, RATES
from portal.oversight.protection import correction_notes, hidden_note, withheld_note
from portal.oversight.rules import NetworkComparison, is_unknown
from portal.reports.relazione.model import are_comparable

MOST_NAMED = 4


class Note(NamedTuple):
    """What is said under the comparison, and what it adds where the small figures are shown."""

    text: str
    small: str = ""


def subtitle(comparison: NetworkComparison) -> str:
    """«I semestre 2016 · compilato il 23/11/2026 alle 8:10 · nessuno sportello manca · …»."""
    parts = [comparison.period.title()]
    if comparison.compiled_at:
        at = formats.moment(clock.in_rome(comparison.compiled_at))
        parts += [_("compilato il %(at)s", at=at), _missing_count(len(comparison.missing))]
        parts += [_("ordine alfabetico")]
    return " · ".join(parts)


def _missing_count(missing: int) -> str:
    if not missing:
        return _("nessuno sportello manca")
    if missing == 1:
        return _("manca uno sportello")
    return _("mancano %(number)s sportelli", number=missing)


def missing_notice(comparison: NetworkComparison) -> str | None:
    """«Mancano Montefosco e Pieve a Serra: la colonna Rete comprende 4 sportelli su 6.»"""
    if not (comparison.missing and comparison.desks):
        return None
    facts = {
        "names": formats.joined([desk.name for desk in comparison.missing]),
        "present": ngettext(
            "%(n)s sportello",
            "%(n)s sportelli",
            len(comparison.desks),
            n=formats.count(len(comparison.desks)),
        ),
        "wanted": comparison.wanted,
    }
    if len(comparison.missing) == 1:
        return _("Manca %(names)s: la colonna Rete comprende %(present)s su %(wanted)s.", **facts)
    return _("Mancano %(names)s: la colonna Rete comprende %(present)s su %(wanted)s.", **facts)


def empty_notice(comparison: NetworkComparison, today: date) -> str:
    """Why there is no figure yet, and how one will come."""
    period = comparison.period
    if period.end >= today:
        return _(
            "Non c’è ancora nessun dato: il periodo finisce il %(end)s. Ogni sportello entra nel"
            " confronto quando, dopo quel giorno, approva la sua relazione.",
            end=formats.long_day(period.end),
        )
    return _(
        "Nessuno sportello ha ancora approvato la relazione di questo periodo. Ciascuno entra nel"
        " confronto da solo, appena la approva."
    )


def notes(comparison: NetworkComparison, show: str) -> list[Note]:
    """What stands in each cell, what the last column is, and what cannot be computed."""
    found = [
        _cell_note(comparison, show),
        Note(
            _(
                "* Somma degli utenti degli sportelli: chi è andato in due sportelli conta due"
                " volte."
            )
        ),
    ]
    protected = [hidden_note(comparison, show), withheld_note(comparison)]
    found += [Note(text) for text in (*protected, *correction_notes(comparison)) if text]
    found += _nameless_notes(comparison)
    found += _partly_known_notes(comparison)
    return found if show == RATES else [*found, *_missing_notes(comparison)]


def _nameless_notes(comparison: NetworkComparison) -> list[Note]:
    """Of which desks many enquiries are of nobody known, and which do not say how many are."""
    nouns = noun_of(comparison.period), noun_of(comparison.baseline)
    found = []
    for desk in comparison.desks:
        letter = comparison.marks.get(desk.desk.slug)
        if letter:
            sides = zip((desk.current, desk.baseline), nouns, strict=True)
            numbers = [
                _("%(n)s richieste su %(services)s %(in_period)s", in_period=noun.in_it,
                  n=formats.count(side.nameless.total), services=formats.count(side.services or 0))
                for side, noun in sides if side in desk.much_nameless and side.nameless
            ]  # fmt: skip
            found.append(
                _("(%(letter)s) %(desk)s: senza nome %(numbers)s. Contano tra le richieste, non nei"
                  " tassi.", letter=letter, desk=desk.desk.name, numbers=formats.joined(numbers))
            )  # fmt: skip
    untold = [
        desk.desk.name
        for desk in comparison.desks
        if desk.current.knows_topics and not desk.current.tells_nameless
    ]
    silent = [desk.desk.name for desk in comparison.desks if is_unknown(desk.current)]
    if silent:
        found.append(
            _("Di %(names)s nel periodo non c’è nessuna registrazione.",
              names=formats.joined(silent))
        )  # fmt: skip
    if untold:
        found.append(
            _("Di %(names)s i tassi contano tutte le richieste: non si sa quante siano senza nome.",
              names=formats.joined(untold))
        )  # fmt: skip
    return [Note(sentence) for sentence in found]


def _partly_known_notes(comparison: NetworkComparison) -> list[Note]:
    """Of which desks users or requests are «n.d.», and so those of the network."""
    if comparison.is_of_before:
        return []
    found = []
    nouns = noun_of(comparison.period), noun_of(comparison.baseline)
    for which, noun in zip(("current", "baseline"), nouns, strict=True):
        counts = {desk.desk.name: getattr(desk, which) for desk in comparison.desks}
        known = {name: side for name, side in counts.items() if side and not is_unknown(side)}
        users = [name for name, side in known.items() if side.users is None]
        hidden = {
            desk.desk.name
            for desk in comparison.desks
            if desk.protected.hides("", "now" if which == "current" else "then")
        }
        asked = [n for n, side in known.items() if not side.knows_topics and n not in hidden]
        if users:
            found.append(
                _("Di %(names)s gli utenti %(of_period)s sono n.d.: le richieste sono la somma di"
                  " più periodi, e gli utenti non si sommano. Mancano quindi gli utenti e i tassi"
                  " della rete.", names=formats.joined(users), of_period=noun.of_it)
            )  # fmt: skip
        if asked:
            found.append(
                _("Di %(names)s %(in_period)s si conoscono solo gli utenti: le richieste e i tassi"
                  " della rete sono n.d.", names=formats.joined(asked), in_period=noun.in_it)
            )  # fmt: skip
    return [Note(sentence) for sentence in found]


def _missing_notes(comparison: NetworkComparison) -> list[Note]:
    """Why some figures of the earlier period, and what comes of them, are «n.d.»."""
    found, then = [], comparison.baseline
    unknown = [desk.desk.name for desk in comparison.desks if desk.baseline is None]
    if unknown and len(unknown) < len(comparison.desks):
        found.append(_("n.d.: di %(names)s mancano i dati %(of_then)s, quindi mancano anche quelli"
                       " della rete.",
                       names=formats.joined(unknown), of_then=noun_of(then).of_it))  # fmt: skip
    if comparison.sums.of_both and comparison.of_both:
        found.append(
            ngettext(
                "Le variazioni della rete sono di %(n)s sportello su %(whole)s, quello in cui i due"
                " periodi si possono confrontare.",
                "Le variazioni della rete sono di %(n)s sportelli su %(whole)s, quelli in cui i due"
                " periodi si possono confrontare.",
                len(comparison.of_both),
                n=formats.count(len(comparison.of_both)),
                whole=formats.count(len(comparison.desks)),
            )
        )
    unfair = [
        desk.desk.name
        for desk in comparison.desks
        if desk.baseline and not are_comparable(desk.current, desk.baseline)
    ]
    if unfair:
        found.append(_("Di %(names)s le variazioni sono n.d.: molte richieste di un periodo sono"
                       " senza nome, e dell’altro non si sa quante lo fossero.",
                       names=formats.joined(unfair)))  # fmt: skip
    fresh = [label for code, label in comparison.topics if code in comparison.sums.marked.not_then]
    if len(fresh) > MOST_NAMED:
        found.append(_("%(number)s voci sono nuove: %(in_then)s non si potevano segnare, quindi"
                       " non hanno variazione.",
                       number=len(fresh), in_then=noun_of(then).in_it))  # fmt: skip
    elif fresh:
        found.append(_("Voci nuove, che %(in_then)s non si potevano segnare e non hanno"
                       " variazione: %(topics)s.",
                       in_then=noun_of(then).in_it, topics=formats.joined(fresh)))  # fmt: skip
    return [Note(sentence) for sentence in found]


def _cell_note(comparison: NetworkComparison, show: str) -> Note:
    now, then = headings(comparison.period, comparison.baseline)
    if show == RATES:
        nameless = comparison.sums.current.nameless
        small = _("In piccolo il loro numero.")
        if nameless and nameless.total:
            small = _("In piccolo il loro numero, comprese quelle senza nome.")
        return Note(_("In ogni casella: richieste ogni 100 utenti."), small)
    if show == COUNTS:
        return Note(
            _("In ogni casella: le richieste, %(now)s.", now=now),
            _("In piccolo quelle del confronto, %(then)s.", then=then),
        )
    return Note(
        _("In ogni casella: di quanti punti sono cambiate le richieste ogni 100 utenti rispetto"
          " %(to_then)s.", to_then=noun_of(comparison.baseline).to_it),
        _("Accanto a utenti e servizi, in piccolo, quelli del confronto."),
    )  # fmt: skip
