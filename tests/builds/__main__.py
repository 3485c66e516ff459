# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write what later builds are held to, on servers of its own.

`python -m tests.builds schema`: migrations/schema.txt, and the hashes of new migrations.
`python -m tests.builds dump NAME`: fixtures/builds/NAME.sql, the small world as this build leaves
it; NAME is the commit that landed.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from config.settings import Settings, load_settings
from migrations.catalogue import EXPECTED, read_catalogue
from portal.app import create_app
from portal.core.store.database import db
from portal.embedded import machine_room
from portal.embedded.programs import installed
from tests import conftest
from tests.builds import DUMPS
from tests.builds.landed import write_new
from tests.builds.small_world import live

LEFT_OUT = ("login_session", "audit_event")
DUMP = ("--no-owner", "--no-comments", "--inserts", "--rows-per-insert=500")

LICENCE = "-- SPDX-License-Identifier: AGPL-3.0-or-later"
SKIPPED = ("--", "\\r", "\\u")
"""How comments begin, and the commands \\restrict and \\unrestrict, which only psql understands."""


def main() -> None:
    what, *names = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="sp") as home:
        Path(home).chmod(0o711)  # the servers' own account must enter
        with machine_room(load_settings({"PORTAL_HOME": home}), throwaway=True) as settings:
            conftest.prepare(settings)
            if what == "dump":
                target = DUMPS / f"{names[0]}.sql"
                if target.exists():
                    raise SystemExit(f"{target.name} is of a build that has landed: it stays")
                _dump(settings, target)
            else:
                lines = read_catalogue(str(settings.database_owner_url))
                EXPECTED.write_text("\n".join(lines) + "\n", encoding="utf-8")
                write_new()


def _dump(settings: Settings, target: Path) -> None:
    with create_app(settings).app_context():
        live()
        for engine in db.engines.values():
            engine.dispose()
    without = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT]
    command = [installed().postgres / "pg_dump", *DUMP, *without, str(settings.database_backup_url)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line and line[:2] not in SKIPPED]
    target.write_text("\n".join([LICENCE, *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
