# SPDX-License-Identifier: AGPL-3.0-or-later
"""Row-level security and privileges: one helper for each class of table.

Roles are fixed names (config/roles.sql): portal_owner owns and migrates, portal_app serves
requests, portal_network sees what a network may see, portal_backup reads everything to copy it.
"""

from alembic import op

APP = "portal_app"
NETWORK = "portal_network"


def platform(table: str, *, app: str = "SELECT, INSERT, UPDATE", network: str = "") -> None:
    """A shared table: privileges only, since it holds no desk's records."""
    op.execute(f"GRANT {app} ON {table} TO {APP}")
    if network:
        op.execute(f"GRANT {network} ON {table} TO {NETWORK}")


def desk_owned(table: str, *, app: str = "SELECT, INSERT, UPDATE") -> None:
    """A table of one desk: ENABLE and FORCE, one policy for reading and for writing."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY of_the_desk ON {table} USING (desk_id = (SELECT current_desk()))"
        " WITH CHECK (desk_id = (SELECT current_desk()))"
    )
    op.execute(f"GRANT {app} ON {table} TO {APP}")


def audited(table: str, subject: str, key: str) -> None:
    """Record each change of a row as a change of its subject, whose id stands in column `key`."""
    op.execute(
        f"CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION record_change('{subject}', '{key}')"
    )
