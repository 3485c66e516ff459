# SPDX-License-Identifier: AGPL-3.0-or-later
"""Let the indexes of persons hold what a relazione says of them.

Its statistics then read three short indexes in the order of the persons, and not, for each user,
three rows that lie anywhere among those of all desks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

PRIMARY = "uq_person_citizenship_primary"
SINCE = "uq_person_residence_desk_id_person_id_valid_from"


def upgrade() -> None:
    op.create_index(
        "ix_person_described",
        "person",
        ["desk_id", "id"],
        unique=False,
        postgresql_include=["sex", "birth_year", "birth_month", "birth_day", "languages"],
    )
    _replace(citizenship=["state_code"], residence=" INCLUDE (kind, comune_code)")


def downgrade() -> None:
    _replace(citizenship=[], residence="")
    op.drop_index("ix_person_described", table_name="person")


def _replace(*, citizenship: list[str], residence: str) -> None:
    """Make the two unique indexes again, holding these columns besides their keys."""
    op.drop_index(PRIMARY, table_name="person_citizenship")
    op.create_index(
        PRIMARY,
        "person_citizenship",
        ["desk_id", "person_id"],
        unique=True,
        postgresql_include=citizenship,
        postgresql_where=sa.text("is_primary"),
    )
    # In SQL: alembic's own constraints cannot hold columns besides their key.
    op.execute(
        f"ALTER TABLE person_residence DROP CONSTRAINT {SINCE},"
        f" ADD CONSTRAINT {SINCE} UNIQUE (desk_id, person_id, valid_from){residence}"
    )
