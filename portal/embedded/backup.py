# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy of the whole database in one file, and back: pg_dump and pg_restore, told how.

Login sessions are left out: a stolen copy opens no session, and after a restore all log in again.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.work.job_names import SENDING
from portal.embedded.programs import installed
from portal.embedded.reach import connect, server_major

LEFT_OUT = "public.login_session"
TABLES = """
    SELECT count(*) FROM pg_catalog.pg_tables
    WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname <> 'information_schema'
"""

END_JOBS = "UPDATE job SET finished_at = %s WHERE name = ANY(%s) AND finished_at IS NULL"


def back_up(url: str, target: Path, *, embedded: bool) -> None:
    """Write the copy, whole or not at all, readable by its owner only."""
    if target.exists():
        raise Refusal(
            f"«{target}» esiste già: scegli un altro nome, le copie non si sovrascrivono."
        )
    dump = _tool("pg_dump", embedded=embedded)
    with connect(url) as connection:
        _refuse_older_tool(dump, server_major(connection))
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refusal(f"Non posso scrivere «{target}»: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            options = ["--format=custom", f"--exclude-table-data={LEFT_OUT}"]
            _run([str(dump), *options], url, stdout=file.fileno())
            os.fsync(file.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)


def restore(url: str, source: Path, *, embedded: bool) -> None:
    """Fill an empty database from a copy, all or nothing, as the owner of its tables.

    No job that sends a letter goes on; the letters themselves are for hold_back_letters().
    """
    tool = _tool("pg_restore", embedded=embedded)
    _refuse_foreign_file(tool, source)
    with connect(url) as connection:
        (tables,) = connection.execute(TABLES).fetchone() or (0,)
    if tables:
        raise Refusal(
            "La banca dati non è vuota: una copia si ripristina solo in una vuota, "
            "per esempio con una PORTAL_HOME nuova."
        )
    _run([str(tool), "--no-owner", "--single-transaction", "--exit-on-error", str(source)], url)
    with connect(url) as connection:
        _end_sending(connection)


def _end_sending(connection: psycopg.Connection) -> None:
    """A letter that was queued may have left since: nobody is told to send it again."""
    found = connection.execute("SELECT to_regclass('public.job')").fetchone()
    if found != (None,):  # else a copy made before there were jobs
        connection.execute(END_JOBS, [clock.now(), [*SENDING]])


def _tool(name: str, *, embedded: bool) -> Path:
    if embedded:
        return installed().postgres / name
    found = shutil.which(name)
    if found is None:
        raise Refusal(f"Manca il programma {name}: installa il pacchetto «postgresql-client».")
    return Path(found)


def _refuse_older_tool(tool: Path, server: int) -> None:
    said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"\) (\d+)", said)
    if match and int(match[1]) < server:
        raise Refusal(
            f"{tool.name} è della versione {match[1]} e la banca dati della {server}: "
            f"installa «postgresql-client-{server}»."
        )


def _refuse_foreign_file(tool: Path, source: Path) -> None:
    if not source.is_file():
        raise Refusal(f"Il file «{source}» non c’è.")
    if subprocess.run([tool, "--list", source], capture_output=True).returncode != 0:
        raise Refusal(f"«{source}» non è una copia fatta con «portal backup», o è incompleta.")


def _run(command: list[str], url: str, stdout: int = subprocess.DEVNULL) -> None:
    """The password goes through a private file: a command line is readable by everybody."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    password = str(parts.pop("password", "")).replace("\\", "\\\\").replace(":", "\\:")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as private:
        private.write(f"*:*:*:*:{password}\n")
        private.flush()
        address = make_conninfo(**parts, passfile=private.name)
        done = subprocess.run(
            [*command, f"--dbname={address}"], stdout=stdout, stderr=subprocess.PIPE
        )
    if done.returncode != 0:
        reason = (done.stderr.decode(errors="replace").strip().splitlines() or [""])[0]
        raise Refusal(f"{Path(command[0]).name} non è riuscito: {reason}")
