# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was changed of a person, told from the audit's lines."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.people import rules

ONE_SAVE = timedelta(seconds=2)
"""The audit writes a line for each row; a person does not save twice in this time."""


@dataclass(frozen=True)
class PersonChange:
    """A change of a person: when, by whom (None: the command line), and what it was."""

    at: datetime
    account_id: UUID | None
    columns: frozenset[str] = frozenset()
    created: bool = False

    @property
    def text(self) -> str:
        return rules.change_text(self.columns, created=self.created)


def find_last_change(person_id: UUID) -> PersonChange | None:
    """Who changed a person last, and when."""
    changes = list_changes(person_id, limit=1)
    return changes[0] if changes else None


def list_changes(person_id: UUID, *, limit: int = 200) -> list[PersonChange]:
    """What was changed of a person, the latest first; the lines of one save are one change."""
    events = db.session.execute(
        select(AuditEvent.at, AuditEvent.account_id, AuditEvent.columns, AuditEvent.action)
        .where(
            AuditEvent.subject == "person",
            AuditEvent.subject_id == person_id,
            AuditEvent.action != "read",
        )
        .order_by(AuditEvent.at.desc())
        .limit(limit)
    )
    changes: list[PersonChange] = []
    for at, account_id, columns, action in events:
        line = PersonChange(at, account_id, frozenset(columns or ()), action == "insert")
        last = changes[-1] if changes else None
        if last and last.account_id == account_id and last.at - at < ONE_SAVE:
            changes[-1] = replace(
                last, columns=last.columns | line.columns, created=last.created or line.created
            )
        else:
            changes.append(line)
    return [change for change in changes if change.text]
