# SPDX-License-Identifier: AGPL-3.0-or-later
"""Past totals held against those of longer and of shorter periods, typed or from a file alike."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.italy.periods import Period, parse_period
from portal.core.store.database import db
from portal.figures import queries
from portal.figures.models import PastTotal
from portal.figures.parts import Contradiction, Held, Kind, Wrong, find_contradiction
from portal.figures.rules import regrouped
from portal.taxonomy import queries as taxonomy


class Contradicted(Refusal):
    """Totals of two periods that cannot both be true: one of the two is mistyped.

    `codes` are the topics whose enquiries they are; of users, and of all the nameless, none.
    """

    def __init__(self, sentence: str, kind: Kind, codes: Sequence[str]) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.codes = codes


def refuse_contradiction(past_total: PastTotal) -> None:
    """Refuse totals that the known parts of their period, or of one around it, contradict.

    The caller holds the past totals of the desk (actions.lock_months).
    """
    with db.session.no_autoflush:
        beside = _others(past_total, [past_total])
        wholes = [past_total, *(other for other in beside if _contains(other, past_total))]
        totals = [past_total, *_others(past_total, wholes)]
    for whole in wholes:
        _refuse_parts(
            whole, [part for part in totals if part is not whole and _contains(whole, part)]
        )


def _others(past_total: PastTotal, among: Sequence[PastTotal]) -> list[PastTotal]:
    start, end = min(each.starts_on for each in among), max(each.ends_on for each in among)
    found = queries.list_past_totals_within(start, end)
    return [other for other in found if other is not past_total]


def _contains(whole: PastTotal, part: PastTotal) -> bool:
    return whole.starts_on <= part.starts_on and part.ends_on <= whole.ends_on


def _refuse_parts(whole: PastTotal, parts: Sequence[PastTotal]) -> None:
    """As in a report of all of them: a topic that was split later counts under its first name."""
    sides = [
        Held(parse_period(totals.period), queries.counts_of(totals)) for totals in (whole, *parts)
    ]
    codes = {code for side in sides for code in side.counts.topics}
    lines = taxonomy.lines_of([side.period for side in sides], codes)
    around, *within = [
        Held(side.period, regrouped(side.counts, lines.key_of.__getitem__)) for side in sides
    ]
    found = find_contradiction(around, within)
    if found is None:
        return
    line = next((line for line in lines.lines if line.key == found.line), None)
    sentence = _sentence(found, line.label if line else "")
    raise Contradicted(sentence, found.kind, line.codes if line else ())


def _sentence(found: Contradiction, label: str) -> str:
    """What is wrong, with both numbers and their periods."""
    facts = {
        "what": _words(found.kind, label),
        "whole": found.whole.name,
        "number": formats.count(found.number),
        "parts": _names(found.parts),
        "added": formats.count(found.added),
    }
    if found.wrong is Wrong.PART_EXCEEDS:
        return _("Più %(what)s nel periodo %(parts)s (%(added)s) che nel periodo %(whole)s che lo"
                 " comprende (%(number)s): ricontrolla i numeri.", **facts)  # fmt: skip
    if found.wrong is Wrong.TOGETHER_EXCEED:
        return _("Più %(what)s nei periodi %(parts)s insieme (%(added)s) che nel periodo %(whole)s"
                 " che li comprende (%(number)s): ricontrolla i numeri.", **facts)  # fmt: skip
    if found.wrong is Wrong.UNEQUAL:
        return _("Le %(what)s del periodo %(whole)s (%(number)s) non sono la somma di quelle dei"
                 " periodi %(parts)s (%(added)s), che insieme sono gli stessi giorni: ricontrolla"
                 " i numeri.", **facts)  # fmt: skip
    return _("Più %(what)s nel periodo %(whole)s (%(number)s) che nei periodi %(parts)s messi"
             " insieme (%(added)s), che sono gli stessi giorni: ricontrolla i numeri.",
             **facts)  # fmt: skip


def _names(periods: Iterable[Period]) -> str:
    return formats.joined([period.name for period in periods])


def _words(kind: Kind, label: str) -> str:
    if kind is Kind.ENQUIRIES:
        return _("richieste «%(topic)s»", topic=label)
    if kind is Kind.NAMELESS and label:
        return _("richieste «%(topic)s» senza nome", topic=label)
    words = {
        Kind.USERS: _("utenti"),
        Kind.WOMEN: _("donne"),
        Kind.MEN: _("uomini"),
        Kind.NAMELESS: _("richieste senza nome"),
    }
    return words[kind]
