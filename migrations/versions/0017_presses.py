# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tell a press of the tally page from another anonymous visit."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column(
        "visit",
        sa.Column("tallied", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("visit", "tallied")
