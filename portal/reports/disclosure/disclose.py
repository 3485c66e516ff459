# SPDX-License-Identifier: AGPL-3.0-or-later
"""An approved edition told beyond the desk: protected, kept, or refused.

What is told is held against everything that was told before, to the network or to the public:
whoever reads here may read there too.
"""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select, text

from portal.core.errors import Refusal
from portal.core.store.database import current_scope, db
from portal.core.store.locks import lock
from portal.figures.rules import Number
from portal.reports.disclosure import relazione_sheets
from portal.reports.disclosure.own_lines import Topics, about, own_lines
from portal.reports.disclosure.period_tables import table_of
from portal.reports.disclosure.protect import Exposed, protect
from portal.reports.disclosure.relazione_sheets import NOW, THEN, Side
from portal.reports.disclosure.sheets import LEAST, TOPICS, Audience, Sheet
from portal.reports.disclosure.to_network import network_sheets
from portal.reports.disclosure.told import History, find_disclosure, read_told
from portal.reports.editions.desk import DESK
from portal.reports.editions.lifecycle import get_edition
from portal.reports.editions.snapshot import thaw
from portal.reports.models import Disclosure, EditionRow
from portal.reports.relazione.model import Relazione


class NotPublishable(Refusal):
    """An edition has no form that this audience may read, and why."""


def sheets_of(disclosure: Disclosure) -> dict[tuple[str, str], Sheet]:
    """What was told, by part and side."""
    return {
        (line["part"], line["side"]): relazione_sheets.from_json(line, disclosure.number)
        for line in disclosure.sheets
        if line["side"] in (NOW, THEN)
    }


def is_in_force(edition: EditionRow) -> bool:
    """Whether an edition is approved and no other has replaced it."""
    return bool(edition.state == "approved")


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
    # What is hidden is calculated between two statements: of a whole year of months in a minute.
    db.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10min'"))
    number = (db.session.scalar(select(func.max(Disclosure.number))) or 0) + 1
    made = Disclosure(
        edition_id=edition_id,
        audience=audience,
        number=number,
        sheets=network_sheets(edition, read_told(), number)
        if audience == Audience.NETWORK
        else _protected(edition, read_told(), number),
        made_by=current_scope().account_id,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _protected(edition: EditionRow, history: History, moment: int) -> list[dict[str, Any]]:
    relazione = thaw(edition.figures)
    own = own_lines(relazione)
    sides = relazione_sheets.sides_of(relazione, edition.figures, own)
    as_of = edition.frozen_at or edition.created_at
    if why := _why_not(sides[0], history, as_of):
        raise NotPublishable(why)
    sides = [sides[0], *(side for side in sides[1:] if not _why_not(side, history, as_of))]
    topics = about(relazione, own)
    kept: list[dict[str, Any]] = []
    for part in _parts(relazione):
        kept += _part(part, sides, history, moment, topics)
    if not any(one["part"] == TOPICS for one in kept):
        raise NotPublishable(
            _("La versione pubblicabile non si può fare: dalla tabella delle richieste, con quello"
              " che è già pubblicato, si capirebbe che cosa ha chiesto una persona.")
        )  # fmt: skip
    return kept


def _parts(relazione: Relazione) -> list[str]:
    return [
        part for part, key in relazione_sheets.PUBLIC_PARTS.items() if key not in relazione.omits
    ]


def _part(
    part: str, sides: Sequence[Side], history: History, moment: int, topics: Topics
) -> list[dict[str, Any]]:
    """Both sides protected together; the period alone where both cannot be; or nothing."""
    public, network = history.of(part)
    for tried in (sides, sides[:1]):
        sheets = relazione_sheets.sheets_of(
            part, tried, moment=moment, known=[*public, *network], **topics._asdict()
        )
        names = [side.name for side in tried if relazione_sheets.is_told(part, side)]
        try:
            safe = protect(sheets, public, closer=network) if sheets else []
        except Exposed:
            continue
        return [relazione_sheets.as_json(one, name) for one, name in zip(safe, names, strict=True)]
    return []


def _why_not(side: Side, history: History, as_of: datetime) -> str | None:
    """Why not even the totals of a period may be told."""
    users = side.counts.users
    if users is None:
        return _("La versione pubblicabile non si può fare: non si sa di quanti utenti sono le"
                 " richieste del periodo.")  # fmt: skip
    if 0 < users < LEAST:
        return _("La versione pubblicabile non si può fare: gli utenti del periodo sono meno di"
                 " %(least)s.", least=LEAST)  # fmt: skip
    period = side.period.start, side.period.end
    changed = _changed(
        side, [sheet for sheet in history.public if (sheet.start, sheet.end) == period]
    )
    if changed or not history.releases.is_safe(period, table_of(side), as_of):
        return _("Questa edizione cambia meno di %(least)s persone o richieste rispetto a ciò che è"
                 " già stato pubblicato o comunicato alla rete: accanto a quello direbbe di chi si"
                 " tratta. Resta valido quello.", least=LEAST)  # fmt: skip
    return None


def _changed(side: Side, known: Sequence[Sheet]) -> bool:
    """Whether some total that the public has read changes by a few."""
    for sheet in known:
        total: Number = (
            sum((side.topics or {}).values()) if sheet.part == TOPICS else side.counts.users or 0
        )
        if 0 < abs(Fraction(total) - sheet.total) < LEAST:
            return True
    return False
