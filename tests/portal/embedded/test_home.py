# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where servers live: long and accented homes, closed folders, ordinary users, traps."""

import os
import pwd
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from sysconfig import get_path
from typing import Any

import psycopg
import pytest

from config.settings import ROOT, Settings
from portal.core.errors import Refusal
from portal.embedded import home as home_module
from portal.embedded import machine_room
from portal.embedded.home import HomeFolder, Runner, find_place

LONG_NAME = "Città di Forlì-Cesena, sportello n° 1 " * 4
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers over")
ENTER = """
import sys, psycopg
from config.settings import load_settings
from portal.embedded import machine_room
with machine_room(load_settings({"PORTAL_HOME": sys.argv[1]}), throwaway=True) as settings:
    with psycopg.connect(settings.database_url) as connection:
        print(connection.execute("SELECT current_user").fetchone()[0])
"""


def settings_for(home: Path) -> Settings:
    return Settings(home=home, host="", port=1, public_url="", secret_key="", redis_url="redis://x")


def interpreter_for(demoted: dict[str, Any]) -> Path:
    """One of this version that another account can run: ours may stand in a closed folder."""
    ours = Path(sys.executable).resolve()
    for python in (ours, Path("/usr/bin") / ours.name):
        with suppress(OSError):
            if subprocess.run([python, "-c", ""], cwd="/", **demoted).returncode == 0:
                return python
    pytest.skip("no interpreter of this version is open to other accounts")


def us() -> Runner:
    return Runner(os.geteuid(), os.getegid())


def test_a_short_home_keeps_its_sockets() -> None:
    place = HomeFolder(Path("/srv/sportelli"), Path("/srv/sportelli"), us())
    assert place.sockets == Path("/srv/sportelli/run")


def test_a_long_home_has_short_sockets_of_its_own() -> None:
    long = [Path("/srv") / f"{LONG_NAME}{number}" for number in (1, 2)]
    sockets = [HomeFolder(home, home, us()).sockets for home in long]
    assert len(set(sockets)) == 2
    for folder in sockets:
        assert len(os.fsencode(folder / ".s.PGSQL.5432.lock")) < 108


def test_a_folder_waiting_for_us_is_a_trap_unless_it_is_ours_and_closed(tmp_path: Path) -> None:
    place = HomeFolder(tmp_path, tmp_path, us())
    closed, opened, link = tmp_path / "closed", tmp_path / "opened", tmp_path / "link"
    closed.mkdir(mode=0o700)
    opened.mkdir(mode=0o755)
    link.symlink_to(closed)
    assert place.folder(closed) == closed
    for trap in (opened, link):
        with pytest.raises(Refusal):
            place.folder(trap)


@pytest.mark.long
def test_a_home_of_150_accented_characters_works(ground: Path) -> None:
    home = ground / LONG_NAME[:150].strip()
    with machine_room(settings_for(home), throwaway=True) as settings:
        with psycopg.connect(settings.database_url or "") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        sockets = find_place(home).sockets
        assert sockets.is_dir()
    assert not sockets.exists()


@pytest.mark.long
@ROOT_ONLY
def test_root_moves_the_data_out_of_a_closed_folder_without_opening_it(
    ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = ground / "chiusa"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(home_module, "ELSEWHERE", ground / "altrove")
    with machine_room(settings_for(closed / "casa"), throwaway=True) as settings:
        with psycopg.connect(settings.database_url or "") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        (base,) = (ground / "altrove").iterdir()
        assert (base / "postgres").stat().st_uid != 0
    assert closed.stat().st_mode & 0o777 == 0o700
    assert not (closed / "casa/postgres").exists()
    assert list((ground / "altrove").iterdir()) == []


@ROOT_ONLY
def test_looking_for_a_place_makes_none(
    tmp_path: Path, ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(home_module, "ELSEWHERE", ground / "mai")
    assert find_place(tmp_path).base.parent == ground / "mai"
    assert not (ground / "mai").exists()


@ROOT_ONLY
def test_data_stay_with_the_account_that_made_them(ground: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    data = ground / "di-altri/postgres"
    data.mkdir(parents=True)
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    assert find_place(data.parent).runner.uid == nobody.pw_uid


@pytest.mark.long
@ROOT_ONLY
def test_an_ordinary_user_runs_the_servers_alone(ground: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    demoted = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    python = interpreter_for(demoted)
    home = ground / "utente"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    done = subprocess.run(
        [python, "-c", ENTER, home],
        **demoted,
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), get_path("purelib")]), "PATH": os.defpath},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "portal_app\n", done.stderr
    assert (home / "postgres").stat().st_uid == nobody.pw_uid
    assert not (home / "postgres/postmaster.pid").exists()
