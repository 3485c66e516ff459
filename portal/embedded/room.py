# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine room: whoever needs the servers enters; the last one out switches them off."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from config.settings import Settings
from portal.core.errors import Refusal
from portal.embedded.home import find_place
from portal.embedded.lock import Lease
from portal.embedded.postgres import Postgres
from portal.embedded.valkey import Valkey

Server = Postgres | Valkey


@contextmanager
def machine_room(settings: Settings, *, throwaway: bool = False) -> Iterator[Settings]:
    """Start or join the embedded servers, and hand over settings with every address filled in."""
    if not (settings.embeds_database or settings.embeds_redis):
        yield settings
        return
    with Room(settings, throwaway=throwaway) as room:
        room.keep_running()
        yield room.settings()


@contextmanager
def _ours(home: Path) -> Iterator[None]:
    """Files of another account, left by a start as somebody else, are said in a sentence."""
    try:
        yield
    except PermissionError as error:
        raise Refusal(
            f"«{error.filename or home}» appartiene a un altro utente: avvia il portale con "
            "quell’utente o scegli un’altra PORTAL_HOME."
        ) from error


class Room:
    """The embedded servers of one installation and our hold on them."""

    def __init__(self, settings: Settings, *, throwaway: bool = False) -> None:
        self._plain = settings
        self._throwaway = throwaway
        with _ours(settings.home):
            settings.home.mkdir(parents=True, exist_ok=True)
            self._place = find_place(settings.home)
            self._lease = Lease(settings.home / "locks")
        self._postgres = Postgres(self._place, throwaway=throwaway)
        self._valkey = Valkey(self._place)

    def __enter__(self) -> "Room":
        with _ours(self._plain.home), self._lease.turn():
            self._lease.join()
        return self

    def __exit__(self, *_error: object) -> None:
        with self._lease.turn():
            if self._lease.leave():
                for server in reversed(self._servers()):
                    server.stop()
                if self._throwaway:
                    self._place.discard()

    def keep_running(self) -> list[str]:
        """Start what does not answer; the names of what was started."""
        with _ours(self._plain.home), self._lease.turn():
            asleep = [server for server in self._servers() if not server.is_running()]
            for server in asleep:
                self._place.base.mkdir(mode=0o755, parents=True, exist_ok=True)
                server.start()
        return [server.name for server in asleep]

    def settings(self) -> Settings:
        filled = self._plain
        if self._plain.embeds_database:
            filled = replace(
                filled,
                database_url=self._postgres.url("app"),
                database_owner_url=self._postgres.url("owner"),
                database_network_url=self._postgres.url("network"),
                database_backup_url=self._postgres.url("backup"),
                database_folder=self._postgres.data,
            )
        if self._plain.embeds_redis:
            filled = replace(filled, redis_url=self._valkey.url())
        return filled

    def _servers(self) -> list[Server]:
        servers: list[Server] = []
        if self._plain.embeds_database:
            servers.append(self._postgres)
        if self._plain.embeds_redis:
            servers.append(self._valkey)
        return servers
