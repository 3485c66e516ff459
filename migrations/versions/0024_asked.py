# SPDX-License-Identifier: AGPL-3.0-or-later
"""Let the indexes of visits and enquiries hold who came and what was asked.

A relazione of hundreds of thousands of visits then reads two short indexes, in the order in which
they lie, and not a row of a table for each visit and each enquiry.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

DAY = "ix_visit_day"
POSITION = "uq_enquiry_desk_id_visit_id_position"


def upgrade() -> None:
    _replace(visit=["id", "person_id", "channel"], enquiry=" INCLUDE (topic_code)")


def downgrade() -> None:
    _replace(visit=[], enquiry="")


def _replace(*, visit: list[str], enquiry: str) -> None:
    """Make the two indexes again, holding these columns besides their keys."""
    op.drop_index(DAY, table_name="visit")
    op.create_index(
        DAY,
        "visit",
        ["desk_id", "visited_on", "created_at"],
        unique=False,
        postgresql_include=visit,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    # In SQL: alembic's own constraints cannot hold columns besides their key.
    op.execute(
        f"ALTER TABLE enquiry DROP CONSTRAINT {POSITION},"
        f" ADD CONSTRAINT {POSITION} UNIQUE (desk_id, visit_id, position){enquiry}"
    )
