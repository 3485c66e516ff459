# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who changed a visit last, told from the audit's lines."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from portal.core.store.audit import AuditEvent
from portal.core.store.database import db


class LastChange(NamedTuple):
    """When a record was changed and by which account (none: the command line)."""

    at: datetime
    account_id: UUID | None


def find_last_change(visit_id: UUID) -> LastChange | None:
    """The last change of a visit or of what was asked in it."""
    row = db.session.execute(
        select(AuditEvent.at, AuditEvent.account_id)
        .where(
            AuditEvent.subject == "visit",
            AuditEvent.subject_id == visit_id,
            AuditEvent.action != "read",
        )
        .order_by(AuditEvent.at.desc())
        .limit(1)
    ).one_or_none()
    return LastChange(*row) if row else None
