# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the embedded servers live and which account runs them.

PostgreSQL refuses root, so root hands them to an account without privileges. Where that account
cannot enter the portal's home, data and programs live under /var/lib/sportelli: the mode of a
folder we did not create is never changed.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.core.errors import Refusal

ELSEWHERE = Path("/var/lib/sportelli")
# sun_path holds 108 bytes with the final zero, and PostgreSQL adds "/.s.PGSQL.5432.lock".
SOCKET_FOLDER_BYTES = 85


@dataclass(frozen=True)
class Runner:
    """The account the servers run as."""

    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()

    def options(self) -> dict[str, Any]:
        """For subprocess: become that account, keeping no group of ours."""
        own = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}, "start_new_session": True}
        if self.is_us:
            return own
        return own | {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        return subprocess.run(["test", "-x", folder], **self.options()).returncode == 0

    def own(self, path: Path) -> None:
        if not self.is_us:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class HomeFolder:
    """One installation's folders: `home` keeps secrets and locks, `base` what the servers write."""

    home: Path
    base: Path
    runner: Runner

    @property
    def sockets(self) -> Path:
        usual = self.base / "run"
        if len(os.fsencode(usual)) <= SOCKET_FOLDER_BYTES:
            return usual
        return Path(f"/tmp/sportelli-{self.runner.uid}-{_digest(self.home)}")  # noqa: S108

    def folder(self, path: Path) -> Path:
        """A private folder of the servers, made here or proved to be theirs."""
        try:
            path.mkdir(mode=0o700)
            self.runner.own(path)
        except FileExistsError:
            self._prove_private(path)
        return path

    def discard(self) -> None:
        """Remove what stands outside the home: for a throwaway, whose home goes by itself."""
        if self.base != self.home:
            shutil.rmtree(self.base)
        elif self.sockets.parent != self.base:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _prove_private(self, path: Path) -> None:
        """Temporary folders are open to everybody: one that waits there may be a trap."""
        found = path.lstat()
        private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        if not private or found.st_uid != self.runner.uid:
            raise Refusal(f"La cartella «{path}» non è privata del portale: spostala e riprova.")


def find_place(home: Path) -> HomeFolder:
    """Where their data already are; otherwise where the account that runs them can go."""
    if os.geteuid() != 0:
        return HomeFolder(home, home, _ourselves())
    elsewhere = ELSEWHERE / _digest(home)
    for base in (elsewhere, home):
        for data in (base / "postgres", base / "valkey"):
            if data.exists():
                return HomeFolder(home, base, Runner(data.stat().st_uid, data.stat().st_gid))
    runner = _unprivileged()
    if runner.can_enter(home):
        return HomeFolder(home, home, runner)
    return HomeFolder(home, elsewhere, runner)


def _ourselves() -> Runner:
    uid = os.geteuid()
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise Refusal(
            f"L’utente {uid} non ha un nome su questo computer e PostgreSQL lo vuole: "
            "aggiungilo a /etc/passwd o indica una banca dati con DATABASE_URL."
        ) from None
    return Runner(uid, os.getegid())


def _unprivileged() -> Runner:
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return Runner(account.pw_uid, account.pw_gid)
    raise Refusal("Avviato da root serve un utente «postgres» o «nobody» per PostgreSQL: manca.")


def _digest(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
