# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which citizenships and Comuni a desk meets most: what is suggested first when one types.

Counts alone, of the desk in scope, remembered by the process for a quarter of an hour.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select

from portal.core.store.database import db
from portal.core.store.desk_cache import DeskCache
from portal.people.models import PersonCitizenship, PersonResidence

MOST = 40


@dataclass(frozen=True)
class Commonest:
    """The codes met most, the commonest first."""

    citizenships: tuple[str, ...]
    comuni: tuple[str, ...]


_commonest: DeskCache[Commonest] = DeskCache(lasting=timedelta(minutes=15))


def find_commonest() -> Commonest:
    """The primary citizenships and the Comuni of residence of the desk's persons."""
    return _commonest.get(_read)


def _read() -> Commonest:
    number = func.count()
    state, comune = PersonCitizenship.state_code, PersonResidence.comune_code
    citizenships = (
        select(state)
        .where(PersonCitizenship.is_primary)
        .group_by(state)
        .order_by(number.desc(), state)
    )
    comuni = (
        select(comune).where(comune.is_not(None)).group_by(comune).order_by(number.desc(), comune)
    )
    return Commonest(_codes(citizenships), _codes(comuni))


def _codes(statement: Select[Any]) -> tuple[str, ...]:
    return tuple(db.session.scalars(statement.limit(MOST)))
