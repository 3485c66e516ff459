# SPDX-License-Identifier: AGPL-3.0-or-later
"""Find the permits that expire soon by an index: the empty counter counts them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_index(
        "ix_person_permit",
        "person",
        ["desk_id", "permit_expires_on"],
        unique=False,
        postgresql_where=sa.text("permit_expires_on IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_person_permit", table_name="person")
