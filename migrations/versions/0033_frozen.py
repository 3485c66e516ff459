# SPDX-License-Identifier: AGPL-3.0-or-later
"""Say in one row that a database is a restored copy: nothing leaves or opens until it is thawed."""

from alembic import op

from migrations.frozen import create_frozen

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.execute(create_frozen())


def downgrade() -> None:
    op.execute("DROP TABLE frozen")
