# SPDX-License-Identifier: AGPL-3.0-or-later
"""Give databases of earlier builds what their migrations lacked when they were run.

Migrations 0002, 0009, 0010 and 0011 were changed after some databases had run them: these had no
row-level security on jobs, nothing that kept what was approved, one privilege and one index too
few. Where all is there already nothing changes. From here on a migration stays as it landed.
"""

from alembic import op

from migrations import approved, rls

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    _protect_jobs()
    _keep_approved()
    op.execute(f"GRANT UPDATE (closing_days) ON network TO {rls.NETWORK}")
    op.execute("CREATE INDEX IF NOT EXISTS ix_membership_account_id ON membership (account_id)")
    # Every program asks, before it starts, which version of the tables it stands on.
    op.execute(f"GRANT SELECT ON alembic_version TO {rls.APP}")


def downgrade() -> None:
    """What was healed belongs to the earlier versions, and stays."""
    op.execute(f"REVOKE SELECT ON alembic_version FROM {rls.APP}")  # noqa: S608


def _protect_jobs() -> None:
    for policy in ("of_all", "of_the_network"):
        op.execute(f"DROP POLICY IF EXISTS {policy} ON job")
    rls.shared_with_networks("job")


def _keep_approved() -> None:
    for table in ("edition", "network_edition"):
        op.execute(f"DROP TRIGGER IF EXISTS keep_approved ON {table}")
    op.execute(approved.FUNCTION.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    for table in ("edition", "network_edition"):
        approved.kept_once_approved(table)
