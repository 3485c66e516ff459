# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the reader must know before and below the figures: parts, lengths, sums, what rates are of.

Pure: a Relazione in, sentences out.
"""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core.documents.tables import Check
from portal.core.italy.formats import count, day, joined
from portal.core.italy.nouns import Noun, capitalized, noun_of
from portal.core.italy.periods import same_length_kind
from portal.figures.rules import Counts, Number
from portal.reports.relazione.model import (
    Relazione,
    TopicRow,
    are_comparable,
    services_per_user,
)
from portal.reports.relazione.rows import OTHER_CODE
from portal.reports.sections.prose import compared_with, in_earlier


def partial_notice(relazione: Relazione) -> str | None:
    """«Dati parziali al 23/11/2026, a confronto con gli stessi giorni del 2025.»"""
    if relazione.partial_until is None:
        return None
    until, baseline = day(relazione.partial_until), compared_with(relazione)
    if not baseline:
        return _("Dati parziali al %(day)s.", day=until)
    return _("Dati parziali al %(day)s, a confronto con %(baseline)s.",
             day=until, baseline=baseline)  # fmt: skip


def length_notice(relazione: Relazione) -> str | None:
    """«I due periodi hanno durata diversa (6 e 12 mesi).»"""
    one, other = relazione.period.whole, relazione.against.period
    if other is None or same_length_kind(one, other.whole):
        return None
    other = other.whole
    if one.months and other.months:
        unit = _("mese") if one.months == other.months == 1 else _("mesi")
        lengths = f"{one.months} e {other.months} {unit}"
    else:
        days = {"one": count(one.days), "other": count(other.days)}
        lengths = _("%(one)s e %(other)s giorni", **days)
    return _("I due periodi hanno durata diversa (%(lengths)s).", lengths=lengths)


def newcomers_note(relazione: Relazione) -> str | None:
    """Why nobody can be told to be new, where the records begin inside the period."""
    if relazione.detail is None or relazione.detail.newcomers is not None:
        return None
    return _("n.d.: le registrazioni dello sportello cominciano in questo periodo, quindi non si sa"
             " chi era già venuto.")  # fmt: skip


def reconciliation(relazione: Relazione, lines: Sequence[TopicRow] | None = None) -> str:
    """The foot of the table of topics, or of other lines of it: that they add up, or by how much
    they do not. Lines that are only named are not counted. Nothing where no total is known.
    """
    rows = relazione.rows if lines is None else lines
    printed = [row for row in rows if lines is not None or not is_zero(relazione, row)]
    early_now, early_then = relazione.early
    sides: list[tuple[Number, Number]] = []
    if relazione.services is not None:
        sides.append((sum(row.count or 0 for row in rows) + early_now, relazione.services))
    if relazione.services_baseline is not None:
        earlier = sum(row.baseline or 0 for row in rows)
        sides.append((earlier + early_then, relazione.services_baseline))
    if not sides:
        return ""
    found = check(len(printed), sides)
    early = early_note(relazione)
    if not early or not found.is_right:
        return " ".join(filter(None, (found.text, early)))
    totals = joined([count(total) for _sum, total in sides])
    return _("✓ Le righe e le richieste senza riga sommano ai totali %(totals)s. %(early)s",
             totals=totals, early=early)  # fmt: skip


def early_note(relazione: Relazione) -> str:
    """What was marked on days on which no list had its topic: on no line, and yet in the total."""
    partly = len(relazione.against.counted) > 1
    now, then = relazione.early
    notes = [_early(now, noun_of(relazione.period), partly=False)] if now else []
    if then and relazione.against.periods:
        notes.append(_early(then, relazione.against.noun(relazione.period), partly=partly))
    return " ".join(notes)


def _early(number: Number, period: Noun, *, partly: bool) -> str:
    if partly:
        return _("Nel totale %(of_period)s ci sono anche %(n)s richieste di voci che in una parte"
                 " di quegli anni non si potevano segnare.",
                 n=count(number), of_period=period.of_it)  # fmt: skip
    return ngettext(
        "Nel totale %(of_period)s c’è anche %(n)s richiesta di voci che allora non si potevano"
        " segnare.",
        "Nel totale %(of_period)s ci sono anche %(n)s richieste di voci che allora non si potevano"
        " segnare.",
        number,
        n=count(number),
        of_period=period.of_it,
    )


def folded_note(relazione: Relazione) -> str | None:
    """The lines of which nobody asked for anything: named, and not printed one by one."""
    labels = [row.label for row in relazione.rows if is_zero(relazione, row)]
    if not labels:
        return None
    if relazione.baseline is None:
        return _("Nessuna richiesta: %(topics)s.", topics="; ".join(labels))
    return _("Nessuna richiesta nei due periodi: %(topics)s.", topics="; ".join(labels))


def is_zero(relazione: Relazione, row: TopicRow) -> bool:
    """Whether nobody asked for it; editions from before print such lines one by one."""
    then = 0 if relazione.baseline is None else row.baseline
    return (row.count, then) == (0, 0) and not relazione.rates_of_all


def detail_label(relazione: Relazione, detail: TopicRow, line: TopicRow) -> str:
    """A part of a line; where the earlier period had no such topic, of what it was a part then."""
    label = detail.label
    if detail.is_rest:
        label = _("%(topic)s, senza dettaglio", topic=detail.label)
    if not detail.is_part_then or relazione.against.period is None:
        return label
    return _("%(topic)s (compreso in «%(line)s» %(in_then)s)",
             topic=label, line=line.label, in_then=in_earlier(relazione))  # fmt: skip


def historical_note(relazione: Relazione) -> str | None:
    """Which topics the old table does not foresee, where somebody asked for one of them, and what
    stands in its total alone.
    """
    keys = {key for row in relazione.historical if row.code == OTHER_CODE for key in row.codes}
    labels = [row.label for row in relazione.rows if row.code in keys]
    named = _("Altre richieste: %(topics)s.", topics="; ".join(labels)) if labels else ""
    return " ".join(filter(None, (named, early_note(relazione)))) or None


def check(rows: int, sides: Sequence[tuple[Number, Number]]) -> Check:
    """Whether each sum of the rows is the total beside which it stands, in one sentence."""
    for added, total in sides:
        if added != total:
            text = _("✗ Le righe sommano a %(counted)s, il totale è %(total)s.",
                     counted=count(added), total=count(total))  # fmt: skip
            return Check(is_right=False, text=text)
    return Check(is_right=True, text=_reconciled(rows, [total for _sum, total in sides]))


def _reconciled(rows: int, totals: list[Number]) -> str:
    numbers = joined([count(total) for total in totals])
    if not rows:
        return _("✓ Nessuna riga, e il totale è %(n)s.", n=numbers)
    if rows == 1:
        return _("✓ La riga corrisponde al totale %(n)s.", n=numbers)
    if len(totals) == 1:
        return _("✓ Le %(rows)s righe sommano al totale %(n)s.", rows=rows, n=numbers)
    return _("✓ Le %(rows)s righe sommano ai totali %(n)s.", rows=rows, n=numbers)


def table_note(relazione: Relazione) -> str:
    """What the rates are of; that they pass 100 is said only when they do."""
    users = [relazione.current.users, relazione.users_baseline]
    known = [count(number) for number in users if number is not None]
    bases = _(" (%(users)s)", users=joined(known)) if known else ""
    text = _("Ogni 100 utenti: richieste divise per gli utenti del periodo%(bases)s", bases=bases)
    if any(relazione.has_nameless):
        text = _("Ogni 100 utenti: richieste degli utenti, escluse quelle senza nome, divise per"
                 " gli utenti del periodo%(bases)s", bases=bases)  # fmt: skip
    sides = [side for side in (relazione.current, relazione.baseline) if side]
    rates = [services_per_user(side) for side in sides]
    end = "."
    if any(rate is not None and rate > 1 for rate in rates):
        end = _("; la somma supera 100 perché una persona può chiedere più cose.")
    return " ".join([text + end, *_nameless_notes(relazione)])


def _nameless_notes(relazione: Relazione) -> list[str]:
    """What is not known of enquiries without a name, and what comes of it."""
    if not any(relazione.has_nameless):
        return []
    sides = [(relazione.current, noun_of(relazione.period))]
    if relazione.baseline is not None:
        sides.append((relazione.baseline, relazione.against.noun(relazione.period)))
    notes = [
        _("%(Of_period)s si sa solo quante richieste erano senza nome in tutto: le righe non hanno"
          " tasso.", Of_period=capitalized(noun.of_it))
        for side, noun in sides
        if side.users is not None and not side.tells_topics_of_users
    ]  # fmt: skip
    # Without users or requests of one there are no rates beside which to say it.
    if any(side.users is None or side.services is None for side, _noun in sides):
        return notes
    untold = [noun for side, noun in sides if not side.tells_nameless]
    if len(sides) < 2 or not untold:
        return notes
    if are_comparable(relazione.current, relazione.baseline):
        return [*notes, *map(_all_of_users, untold)]
    return [*notes, _not_comparable(sides, untold[0])]


def _all_of_users(period: Noun) -> str:
    return _("%(Of_period)s non si sa quante richieste erano senza nome: contano tutte come degli"
             " utenti.", Of_period=capitalized(period.of_it))  # fmt: skip


def _not_comparable(sides: Sequence[tuple[Counts, Noun]], untold: Noun) -> str:
    """Why no variation is told: many of one side are nameless, and another does not say."""
    most, services, noun = max(
        (side.nameless.total, side.services, noun) for side, noun in sides if side.nameless
    )
    if noun == untold:
        return _("Le variazioni sono n.d.: di una parte %(of_untold)s non si sa quante richieste"
                 " erano senza nome, e di quelle che si sanno sono molte.",
                 of_untold=untold.of_it)  # fmt: skip
    return _("Le variazioni sono n.d.: %(in_period)s le richieste senza nome sono %(n)s su"
             " %(services)s, e %(of_untold)s non si sa quante lo erano.",
             in_period=noun.in_it, n=count(most), services=count(services or 0),
             of_untold=untold.of_it)  # fmt: skip
