# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy of the whole portal in one file, and back: pg_dump and pg_restore, told how.

Login sessions are left out: a stolen copy opens no session, and after a restore all log in again.
What comes back is frozen, from before its first row is there (core/work/frozen.py).
"""

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from migrations.frozen import TABLE as FROZEN
from migrations.frozen import create_frozen
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.work.job_names import SENDING
from portal.embedded.copies import Copy, foreign, open_copy, place_letters, write_copy
from portal.embedded.programs import installed
from portal.embedded.reach import connect, server_major

LEFT_OUT = ("--exclude-table-data=public.login_session", f"--exclude-table=public.{FROZEN}")
TABLES = f"""
    SELECT count(*) FROM pg_catalog.pg_tables
    WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname <> 'information_schema'
        AND tablename <> '{FROZEN}'
"""  # noqa: S608
FREEZE = f"""
    INSERT INTO {FROZEN} (at, copied_at) VALUES (%s, %s)
    ON CONFLICT (alone) DO UPDATE SET at = EXCLUDED.at, copied_at = EXCLUDED.copied_at
"""  # noqa: S608

END_JOBS = "UPDATE job SET finished_at = %s WHERE name = ANY(%s) AND finished_at IS NULL"


def back_up(url: str, target: Path, *, home: Path, embedded: bool) -> None:
    """Write the copy, whole or not at all, readable by its owner only.

    The letters after the database: what it says to be kept in the mailbox is there by then.
    """
    if target.exists():
        raise Refusal(
            f"«{target}» esiste già: scegli un altro nome, le copie non si sovrascrivono."
        )
    tool = _tool("pg_dump", embedded=embedded)
    with connect(url) as connection:
        _refuse_older_tool(tool, server_major(connection))
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refusal(f"Non posso scrivere «{target}»: {error.strerror}.") from error
    command = [str(tool), "--format=custom", *LEFT_OUT]
    try:
        with os.fdopen(descriptor, "wb") as file:
            write_copy(file, lambda into: _run(command, url, into=into), home)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)


def restore(url: str, source: Path, *, home: Path, embedded: bool) -> int:
    """Fill an empty database from a copy, all or nothing, as the owner of its tables, and frozen;
    how many letters came back with it.

    No job that sends a letter goes on; the letters themselves are for hold_back_letters().
    """
    tool = _tool("pg_restore", embedded=embedded)
    with open_copy(source) as copy, tempfile.TemporaryDirectory(dir=home, prefix=".copy") as folder:
        _refuse_foreign_dump(tool, copy, source)
        copy.unpack_letters(Path(folder))
        with connect(url) as connection:
            _freeze_empty(connection, copy.made_at)
        command = [str(tool), "--no-owner", "--single-transaction", "--exit-on-error"]
        try:
            with copy.dump() as dump:
                _run(command, url, feed=dump)
        except Refusal:
            with connect(url) as connection:
                connection.execute(f"DROP TABLE {FROZEN}")
            raise
        with connect(url) as connection:
            _end_sending(connection)
        place_letters(Path(folder), home)
        return len(copy.letters)


def _freeze_empty(connection: psycopg.Connection, copied_at: datetime | None) -> None:
    """Before the rows come: a worker that runs meanwhile begins nothing with them."""
    (tables,) = connection.execute(TABLES).fetchone() or (0,)
    if tables:
        raise Refusal(
            "La banca dati non è vuota: una copia si ripristina solo in una vuota, "
            "per esempio con una PORTAL_HOME nuova."
        )
    connection.execute(create_frozen())
    connection.execute(FREEZE, [clock.now(), copied_at])


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


def _refuse_foreign_dump(tool: Path, copy: Copy, source: Path) -> None:
    with copy.dump() as dump:
        if _piped([str(tool), "--list"], feed=dump)[0] != 0:
            raise foreign(source)


def _run(
    command: list[str], url: str, *, feed: IO[bytes] | None = None, into: IO[bytes] | None = None
) -> None:
    """The password goes through a private file: a command line is readable by everybody."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    password = str(parts.pop("password", "")).replace("\\", "\\\\").replace(":", "\\:")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as private:
        private.write(f"*:*:*:*:{password}\n")
        private.flush()
        address = make_conninfo(**parts, passfile=private.name)
        code, reason = _piped([*command, f"--dbname={address}"], feed=feed, into=into)
    if code != 0:
        raise Refusal(f"{Path(command[0]).name} non è riuscito: {reason}")


def _piped(
    command: list[str], *, feed: IO[bytes] | None = None, into: IO[bytes] | None = None
) -> tuple[int, str]:
    """Run it with a stream before or behind it; its exit code and the first line of its errors."""
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE if into else subprocess.DEVNULL,
            stderr=errors,
        ) as process,
    ):
        if feed and process.stdin:
            with suppress(BrokenPipeError), process.stdin:  # it may know enough before the end
                shutil.copyfileobj(feed, process.stdin)
        if into and process.stdout:
            shutil.copyfileobj(process.stdout, into)
        code = process.wait()
        errors.seek(0)
        lines = errors.read().decode(errors="replace").strip().splitlines()
    return code, (lines or [""])[0]
