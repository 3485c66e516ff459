# SPDX-License-Identifier: AGPL-3.0-or-later
"""Row-level security and privileges: one helper for each class of table.

Roles are fixed names (config/roles.sql): portal_owner owns and migrates, portal_app serves
requests, portal_network sees what a network may see, portal_backup reads everything to copy it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

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
    _enable(table)
    op.execute(
        f"CREATE POLICY of_the_desk ON {table} USING (desk_id = (SELECT current_desk()))"
        " WITH CHECK (desk_id = (SELECT current_desk()))"
    )
    op.execute(f"GRANT {app} ON {table} TO {APP}")


def published(table: str, *, network: str = "SELECT, INSERT, UPDATE") -> None:
    """A table of one network, read and written by the network's role alone."""
    _enable(table)
    op.execute(
        f"CREATE POLICY of_the_network ON {table} USING (network_id = (SELECT current_network()))"
        " WITH CHECK (network_id = (SELECT current_network()))"
    )
    op.execute(f"GRANT {network} ON {table} TO {NETWORK}")


def published_by_desks(table: str) -> None:
    """A table that each desk writes for its own network and the network only reads.

    Two policies for two roles, never one with OR: that would be a scan of every desk's rows.
    """
    _enable(table)
    op.execute(
        f"CREATE POLICY of_the_network ON {table} FOR SELECT TO {NETWORK}"
        " USING (network_id = (SELECT current_network()))"
    )
    op.execute(
        f"CREATE POLICY of_the_desk ON {table} TO {APP} USING (desk_id = (SELECT current_desk()))"  # noqa: S608
        " WITH CHECK (desk_id = (SELECT current_desk()) AND network_id ="
        " (SELECT desk.network_id FROM desk WHERE desk.id = (SELECT current_desk())))"
    )
    op.execute(f"GRANT SELECT ON {table} TO {NETWORK}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP}")


def shared_with_networks(table: str, *, power: str = "SELECT, INSERT, UPDATE") -> None:
    """A shared table of which each network sees, and writes, its own rows alone.

    Not forced: it holds no desk's records, and the owner names no network when it migrates.
    """
    platform(table, app=power, network=power)
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY of_all ON {table} TO {APP} USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY of_the_network ON {table} TO {NETWORK}"
        " USING (network_id = (SELECT current_network()))"
        " WITH CHECK (network_id = (SELECT current_network()))"
    )


def _enable(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


@contextmanager
def unforced(table: str) -> Iterator[None]:
    """Let the owner read a table of desks while a migration checks or fills a column of it.

    In the migration's own transaction: nobody else ever sees the table without its wall.
    """
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def audited(table: str, subject: str, key: str) -> None:
    """Record each change of a row as a change of its subject, whose id stands in column `key`."""
    op.execute(
        f"CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION record_change('{subject}', '{key}')"
    )
