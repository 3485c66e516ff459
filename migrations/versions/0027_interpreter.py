# SPDX-License-Identifier: AGPL-3.0-or-later
"""Say with whose help a visit was understood.

The index from which a relazione counts visits by day holds it too.
"""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0027"
down_revision = "0026"

DAY = "ix_visit_day"
KNOWN = "interpreter IN ('none', 'mediator', 'relative', 'telephone')"


def upgrade() -> None:
    op.add_column("visit", sa.Column("interpreter", sa.String(length=12), nullable=True))
    with rls.unforced("visit"):
        op.create_check_constraint(op.f("ck_visit_interpreter"), "visit", KNOWN)
    _replace(["id", "person_id", "channel", "interpreter"])


def downgrade() -> None:
    _replace(["id", "person_id", "channel"])
    op.drop_column("visit", "interpreter")


def _replace(held: list[str]) -> None:
    op.drop_index(DAY, table_name="visit")
    op.create_index(
        DAY,
        "visit",
        ["desk_id", "visited_on", "created_at"],
        unique=False,
        postgresql_include=held,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
