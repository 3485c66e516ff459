# SPDX-License-Identifier: AGPL-3.0-or-later
"""The embedded PostgreSQL: made once, started, found alive by asking it, stopped."""

import contextlib
import os
import secrets
import shutil
import signal
import struct
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from config.keys import secret
from config.settings import ROOT
from portal.core.errors import Refusal
from portal.embedded.home import HomeFolder
from portal.embedded.process import (
    ask,
    comes_up,
    is_alive,
    launch,
    log_path,
    wait_until,
    works_inside,
)
from portal.embedded.programs import POSTGRES_MAJOR, installed, reachable

PROGRAM = "postgres"
TOO_MANY_CONNECTIONS = b"\0C53300\0"
ROLES = ("owner", "app", "network", "backup")

# A small machine; and nothing a person typed may reach the server's log, so errors stay out of it
# (the application gets them anyway) and neither statements nor values are written.
SERVER = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
# For data that nobody will miss: tests, whose databases are dropped under autovacuum's nose.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class Postgres:
    name = "PostgreSQL"

    def __init__(self, place: HomeFolder, *, throwaway: bool = False) -> None:
        self._place = place
        self.data = place.base / "postgres"
        self._settings = SERVER | (THROWAWAY if throwaway else {})
        self._throwaway = throwaway

    def url(self, role: str) -> str:
        """The address for `owner`, `app`, `network` or `backup`."""
        password = secret(self._place.home, f"database_{role}")
        host = quote(str(self._place.sockets), safe="")
        return f"postgresql://portal_{role}:{password}@/portal?host={host}"

    def is_running(self) -> bool:
        """Ask as pg_isready does: a first message, answered with a question for the password."""
        body = struct.pack("!i", 196608) + b"user\0portal_app\0database\0portal\0\0"
        message = struct.pack("!i", len(body) + 4) + body
        answer = ask(self._place.sockets / ".s.PGSQL.5432", message)
        return answer.startswith(b"R") or TOO_MANY_CONNECTIONS in answer

    def start(self) -> None:
        self._place.folder(self._place.sockets)
        if self.data.exists():
            self._refuse_other_version()
        else:
            self._create()
        self._serve()
        if not self._complete.exists():
            self._make_roles()

    def stop(self) -> None:
        """Fast: open connections are ended, everything committed is kept."""
        pid = _first_number(self._pid_file)
        for number, patience in ((signal.SIGINT, 30), (signal.SIGQUIT, 5)):
            if not is_alive(pid, PROGRAM):
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            wait_until(lambda: not is_alive(pid, PROGRAM), seconds=patience)

    @property
    def _complete(self) -> Path:
        return self._place.base / "postgres.complete"

    def _refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != POSTGRES_MAJOR:
            raise Refusal(
                f"I dati in «{self.data}» sono di PostgreSQL {found} e il portale ora usa "
                f"PostgreSQL {POSTGRES_MAJOR}: con la versione di prima esegui «portal backup "
                "FILE», poi con questa «portal restore FILE» in una PORTAL_HOME nuova."
            )

    def _create(self) -> None:
        """Into a draft that takes its name when it is whole: a half-made one never counts."""
        draft = self._place.base / ".postgres.draft"
        shutil.rmtree(draft, ignore_errors=True)
        self._place.folder(draft)
        password = self._place.base / f".{secrets.token_hex(8)}"
        password.touch(mode=0o600)
        password.write_text(self._superuser_password(), encoding="ascii")
        self._place.runner.own(password)
        try:
            made = subprocess.run(
                self._initdb(draft, password), capture_output=True, **self._place.runner.options()
            )
        finally:
            password.unlink()
        if made.returncode != 0:
            log = log_path(self._place, "initdb")
            log.write_bytes(made.stdout + made.stderr)
            raise Refusal(f"Non riesco a creare la banca dati: «{log}» dice perché.")
        draft.rename(self.data)

    def _initdb(self, data: Path, password: Path) -> list[str | Path]:
        return [
            reachable(self._place).postgres / "initdb",
            *("-D", data, "-U", "postgres", "--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--pwfile={password}", "--no-instructions"),
            *(("--no-sync",) if self._throwaway else ()),
        ]

    def _serve(self) -> None:
        """Start and wait; the children of a killed server need a moment before a new one may."""
        options = self._settings | {"unix_socket_directories": f'"{self._place.sockets}"'}
        command: list[str | Path] = [
            *(reachable(self._place).postgres / "postgres", "-D", self.data),
            *(part for pair in options.items() for part in ("-c", "=".join(pair))),
        ]
        end = time.monotonic() + 15
        while time.monotonic() < end:
            self._forget_dead()
            if comes_up(launch(command, self._place, "postgres"), self.is_running):
                return
            time.sleep(0.2)
        log = log_path(self._place, "postgres")
        raise Refusal(f"PostgreSQL non parte: le ultime righe di «{log}» dicono perché.")

    def _forget_dead(self) -> None:
        """Where nobody reaps a killed server, its number looks alive for ever to PostgreSQL."""
        for note in (self._pid_file, self._place.sockets / ".s.PGSQL.5432.lock"):
            pid = _first_number(note)
            if pid and not is_alive(pid, PROGRAM) and not works_inside(self.data):
                note.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _make_roles(self) -> None:
        """From the same file an administrator runs on a server of their own."""
        script = [f"\\set {role}_password '{self._password(role)}'" for role in ROLES]
        script.append((ROOT / "config/roles.sql").read_text(encoding="utf-8"))
        if self._throwaway:  # tests copy a prepared database
            script.append("ALTER ROLE portal_owner CREATEDB;")
        done = subprocess.run(
            [installed().postgres / "psql", "-X", "-q", "-d", "postgres", "-U", "postgres"],
            input="\n".join(script).encode(),
            capture_output=True,
            cwd="/",
            env={"PGHOST": str(self._place.sockets), "PGPASSWORD": self._superuser_password()},
        )
        if done.returncode != 0:
            log = log_path(self._place, "roles")
            log.write_bytes(done.stderr)
            raise Refusal(f"Non riesco a creare i ruoli della banca dati: «{log}» dice perché.")
        self._complete.touch()

    def _password(self, role: str) -> str:
        return secret(self._place.home, f"database_{role}")

    def _superuser_password(self) -> str:
        return self._password("superuser")


def _first_number(note: Path) -> int:
    """The process a lock file names, or 0."""
    try:
        return int(note.read_text(encoding="utf-8").partition("\n")[0])
    except (OSError, ValueError):
        return 0
