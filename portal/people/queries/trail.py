# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who read or changed a person's card, from the audit's lines; never a value.

The lines that one account made in one minute are one: a save writes one for each row.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import text

from portal.core.store.database import db
from portal.people import rules

PAGE = 50
COPY = "person_copy"
"""The subject of the line that says that a copy of the data was made."""

LINES = text(
    """
WITH RECURSIVE card AS (
    SELECT id FROM person WHERE id = :person_id
    UNION ALL
    SELECT person.id FROM person JOIN card ON person.merged_into = card.id
),
line AS (
    SELECT max(at) AS at, account_id, kind, string_agg(names, ',') AS names
    FROM (
        SELECT at, account_id, array_to_string(columns, ',') AS names,
            CASE WHEN subject = :copy THEN 'copy' WHEN action IN ('read', 'insert') THEN action
                 ELSE 'update' END AS kind
        FROM audit_event
        WHERE subject IN ('person', :copy) AND subject_id IN (SELECT id FROM card)
    ) AS event
    GROUP BY account_id, kind, date_trunc('minute', at)
)
SELECT at, account_id, kind, names, count(*) OVER () AS total FROM line
ORDER BY at DESC, kind LIMIT :size OFFSET :skipped
"""
)


@dataclass(frozen=True)
class Trace:
    """One line: when, by whom (None: the command line or a file), and what was done."""

    at: datetime
    account_id: UUID | None
    done: str


@dataclass(frozen=True)
class TrailPage:
    """One page of the trail, the latest first, and where it lies in the whole."""

    rows: tuple[Trace, ...]
    number: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def has_next(self) -> bool:
        return self.last < self.total


def list_trail(person_id: UUID, page: int = 1) -> TrailPage:
    """A page of what was done with a card and with those that are now part of it."""
    number = max(1, min(page, 10_000))
    asked = {"person_id": person_id, "copy": COPY, "size": PAGE, "skipped": (number - 1) * PAGE}
    lines = db.session.execute(LINES, asked).all()
    rows = tuple(
        Trace(
            line.at,
            line.account_id,
            _told(line.kind, set((line.names or "").split(",")), line.account_id),
        )
        for line in lines
    )
    return TrailPage(rows, number, lines[0].total if lines else 0)


def _told(kind: str, columns: set[str], account_id: UUID | None) -> str:
    if kind == "read":
        return _("Vista")
    if kind == "copy":
        return _("Copia dei dati")
    if account_id is None and "merged_into" not in columns and "person_merge" in columns:
        # Nobody parts two cards: the nightly sweep threw away what parting them needed.
        columns = columns - {"person_merge"}
        if not columns:
            return _("Eliminati i dati tenuti per annullare un’unione")
    if columns & {"merged_into", "person_merge"}:
        return _("Unita con un’altra scheda, o separata")
    told = rules.change_text(columns, created=kind == "insert")
    if not told and "people_apart" in columns:
        return _("Confrontata con un’altra: non è la stessa persona")
    return told or _("Cambiata")
