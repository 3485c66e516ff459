# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole installation with the settings of one in use, whose servers may be killed.

The servers that tests share promise nothing to the disk; here PostgreSQL keeps its promises.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from config.settings import Settings, load_settings
from portal.embedded import Room
from portal.embedded.process import wait_until
from tests.conftest import prepare
from tests.trust.web import Web

PROMISES = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Installation:
    """Its servers, and the pages in processes of their own."""

    room: Room
    settings: Settings
    web: Web

    @property
    def data(self) -> Path:
        """The folder in which PostgreSQL keeps everything."""
        folder = self.settings.database_folder
        assert folder
        return folder

    @property
    def backup_url(self) -> str:
        """Of the role that reads every desk."""
        return str(self.settings.database_backup_url)

    def kill_database(self) -> None:
        """All of its processes, without a farewell."""
        postmaster = (self.data / "postmaster.pid").read_text(encoding="utf-8").split()[0]
        os.kill(int(postmaster), signal.SIGKILL)
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if os.readlink(process / "cwd") == str(self.data):
                    os.kill(int(process.name), signal.SIGKILL)

    def start_database(self) -> None:
        """As the supervisor of `portal run` does when it finds that nobody answers."""
        self.room.keep_running()


@contextmanager
def installed(folder: Path, root: Path, **changes: Any) -> Iterator[Installation]:
    """The installation, at work: the folder is open to the servers' own account."""
    with Room(load_settings({"PORTAL_HOME": str(folder / "home")})) as room:
        room.keep_running()
        settings = replace(room.settings(), **changes)
        prepare(settings)
        assert_promises(settings)
        web = Web(settings, folder / "written", root)
        try:
            assert wait_until(web.answers, seconds=30), web.written()
            yield Installation(room, settings, web)
        finally:
            web.process.send_signal(signal.SIGTERM)
            web.process.wait(20)


def assert_promises(settings: Settings) -> None:
    """What is committed is on the disk before anybody hears of it."""
    with psycopg.connect(str(settings.database_url)) as connection:
        for name in PROMISES:
            found = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            assert found == ("on",), name
