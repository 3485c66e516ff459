# SPDX-License-Identifier: AGPL-3.0-or-later
"""An approved edition told beyond the desk: protected, kept, or refused.

What is told is held against everything that was told before, to the network or to the public:
whoever reads here may read there too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from portal.core.errors import Refusal
from portal.core.store.database import current_scope, db
from portal.core.store.locks import lock
from portal.figures.rules import Number
from portal.reports.disclosure import relazione_sheets
from portal.reports.disclosure.protect import Exposed, protect
from portal.reports.disclosure.relazione_sheets import EARLY, Side
from portal.reports.disclosure.sheets import LEAST, TOPICS, Audience, Sheet
from portal.reports.editions.desk import DESK
from portal.reports.editions.lifecycle import get_edition
from portal.reports.editions.snapshot import thaw
from portal.reports.models import Disclosure, EditionRow
from portal.reports.relazione.assembly import on_own_lines
from portal.reports.relazione.model import Relazione
from portal.reports.relazione.rows import Compared
from portal.taxonomy import queries as taxonomy


class NotPublishable(Refusal):
    """An edition has no form that this audience may read, and why."""


def find_disclosure(edition_id: UUID, audience: Audience) -> Disclosure | None:
    """What an edition has told this audience, if anything."""
    statement = select(Disclosure).where(
        Disclosure.edition_id == edition_id, Disclosure.audience == audience
    )
    return db.session.scalars(statement).one_or_none()


def sheets_of(disclosure: Disclosure) -> dict[tuple[str, str], Sheet]:
    """What was told, by part and side."""
    return {
        (kept["part"], kept["side"]): relazione_sheets.from_json(kept, disclosure.number)
        for kept in disclosure.sheets
    }


def is_in_force(edition: EditionRow) -> bool:
    """Whether an edition is approved and no other has replaced it."""
    return bool(edition.state == "approved")


def _parts(relazione: Relazione, audience: Audience) -> list[str]:
    if audience == Audience.NETWORK:
        return ["sexes"]
    return [
        part for part, key in relazione_sheets.PUBLIC_PARTS.items() if key not in relazione.omits
    ]


@dataclass(frozen=True)
class _Told:
    """What the desk has told so far: to anybody, and to the network alone."""

    public: list[Sheet]
    network: list[Sheet]

    def of(self, part: str) -> "_Told":
        return _Told(*([one for one in told if one.part == part]
                       for told in (self.public, self.network)))  # fmt: skip


class _Topics(NamedTuple):
    """Lines of which more persons are needed, and those that no list of the period had."""

    sensitive: frozenset[str]
    late: frozenset[str]


def _told() -> _Told:
    told: dict[str, list[Sheet]] = {Audience.PUBLIC: [], Audience.NETWORK: []}
    for one in db.session.scalars(select(Disclosure).order_by(Disclosure.number)):
        told[one.audience] += [relazione_sheets.from_json(kept, one.number) for kept in one.sheets]
    return _Told(told[Audience.PUBLIC], told[Audience.NETWORK])


def disclose(*, edition_id: UUID, audience: Audience) -> Disclosure:
    """Tell an audience of an approved edition; asked again, what was told stays as it is."""
    lock(f"disclosure {current_scope().place_id}")
    found = find_disclosure(edition_id, audience)
    if found is not None:
        return found
    edition = get_edition(DESK, edition_id)
    if edition.approved_at is None or (audience == Audience.PUBLIC and not is_in_force(edition)):
        raise NotPublishable(
            _("L’edizione non è approvata: si pubblica solo quello che è approvato.")
        )
    number = (db.session.scalar(select(func.max(Disclosure.number))) or 0) + 1
    made = Disclosure(
        edition_id=edition_id,
        audience=audience,
        number=number,
        sheets=_protected(edition, audience, _told(), number),
        made_by=current_scope().account_id,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _protected(
    edition: EditionRow, audience: Audience, told: _Told, moment: int
) -> list[dict[str, Any]]:
    relazione = thaw(edition.figures)
    own = own_lines(relazione)
    sides = relazione_sheets.sides_of(relazione, edition.figures, own)
    if audience == Audience.PUBLIC:
        if why := _why_not(sides[0], told.public):
            raise NotPublishable(why)
        sides = [sides[0], *(side for side in sides[1:] if not _why_not(side, told.public))]
    else:
        sides = sides[:1]
    about = _about(relazione, own)
    kept: list[dict[str, Any]] = []
    for part in _parts(relazione, audience):
        kept += _part(part, sides, told.of(part), audience, moment, about)
    if audience == Audience.PUBLIC and not any(one["part"] == TOPICS for one in kept):
        raise NotPublishable(
            _("La versione pubblicabile non si può fare: dalla tabella delle richieste, con quello"
              " che è già pubblicato, si capirebbe che cosa ha chiesto una persona.")
        )  # fmt: skip
    return kept


def _part(
    part: str,
    sides: Sequence[Side],
    told: _Told,
    audience: Audience,
    moment: int,
    about: "_Topics",
) -> list[dict[str, Any]]:
    """Both sides protected together; the period alone where both cannot be; or nothing."""
    known, closer = told.public, told.network
    if audience == Audience.NETWORK:
        # Who reads for the network reads what is public too.
        known, closer = [*told.public, *told.network], []
    for tried in (sides, sides[:1]):
        sheets = relazione_sheets.sheets_of(
            part, tried, moment=moment, known=[*known, *closer], **about._asdict()
        )
        if audience == Audience.NETWORK:
            # It is told in three numbers: the last holds both.
            sheets = [replace(one, lump=frozenset("XN")) for one in sheets]
        names = [side.name for side in tried if relazione_sheets.is_told(part, side)]
        try:
            safe = protect(sheets, known, closer=closer) if sheets else []
        except Exposed:
            continue
        return [relazione_sheets.as_json(one, name) for one, name in zip(safe, names, strict=True)]
    return []


def _why_not(side: Side, known: Sequence[Sheet]) -> str | None:
    """Why not even the totals of a period may be told."""
    users = side.counts.users
    if users is None:
        return _("La versione pubblicabile non si può fare: non si sa di quanti utenti sono le"
                 " richieste del periodo.")  # fmt: skip
    if 0 < users < LEAST:
        return _("La versione pubblicabile non si può fare: gli utenti del periodo sono meno di"
                 " %(least)s.", least=LEAST)  # fmt: skip
    period = side.period.start, side.period.end
    for one in known:
        total: Number = sum((side.topics or {}).values()) if one.part == TOPICS else users
        change = abs(Fraction(total) - one.total)
        if (one.start, one.end) == period and 0 < change < LEAST:
            return _("Questa rettifica cambia meno di %(least)s persone o richieste: accanto alla"
                     " versione già pubblicata direbbe di chi si tratta. Resta valida quella.",
                     least=LEAST)  # fmt: skip
    return None


def own_lines(relazione: Relazione) -> list[Compared]:
    """The periods of a relazione, each on the lines of its own lists; none of editions of before.

    Those were told on the lines that they froze, and these were of the period's own list.
    """
    if relazione.rates_of_all:
        return []
    sides = [(relazione.period, relazione.current)]
    if relazione.against.period and relazione.baseline:
        sides.append((relazione.against.period, relazione.baseline))
    return [on_own_lines(period, counts) for period, counts in sides]


def _about(relazione: Relazione, own: Sequence[Compared]) -> _Topics:
    """A line is as sensitive as the most sensitive of the topics that it holds."""
    if not own:
        listed = taxonomy.codes_on(relazione.period.end)
        codes = frozenset(row.code for row in relazione.rows)
        return _Topics(frozenset(filter(_is_sensitive, codes)), codes - listed)
    sensitive = frozenset[str]().union(*(side.sensitive for side in own))
    if any(side.has_sensitive_early for side in own):
        sensitive |= {EARLY}
    return _Topics(sensitive, frozenset({EARLY}))


def _is_sensitive(code: str) -> bool:
    topic = taxonomy.find_topic(code)
    return topic is not None and topic.is_sensitive
