# SPDX-License-Identifier: AGPL-3.0-or-later
"""Say in which layout an edition was asked for; keep the appendix of methods off until wanted.

Every edition until now was made in the complete layout.
"""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column(
        "edition",
        sa.Column(
            "layout", sa.String(length=10), server_default=sa.text("'moderno'"), nullable=False
        ),
    )
    with rls.unforced("edition"):
        op.create_check_constraint(
            op.f("ck_edition_layout"), "edition", "layout IN ('moderno', 'storico')"
        )
    op.execute(
        "CREATE TRIGGER keep_approved_layout BEFORE UPDATE ON edition FOR EACH ROW"
        " WHEN (OLD.approved_at IS NOT NULL AND NEW.layout IS DISTINCT FROM OLD.layout)"
        " EXECUTE FUNCTION keep_approved()"
    )
    op.execute("UPDATE desk SET report_omits = array_append(report_omits, 'appendice')")
    op.alter_column("desk", "report_omits", server_default="{appendice}")


def downgrade() -> None:
    op.alter_column("desk", "report_omits", server_default="{}")
    op.execute("UPDATE desk SET report_omits = array_remove(report_omits, 'appendice')")
    op.execute("DROP TRIGGER keep_approved_layout ON edition")
    op.drop_column("edition", "layout")
