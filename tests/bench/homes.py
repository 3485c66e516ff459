# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bench's own servers: one home for each scale, filled once and kept for the next run.

Homes lie in PORTAL_BENCH_HOME, or in the user's cache. A home's name carries the schema and the
generator it was filled by, so a change of either fills a new one and throws the old one away.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

from config.keys import secret
from config.settings import Settings, load_settings
from migrations import upgrade
from portal.app import create_app
from portal.embedded import machine_room, postgres
from portal.embedded.home import find_place
from portal.people.actions import WRITE_TOKENS
from portal.people.rules import PersonFacts, tokens_of
from tests.bench import generator
from tests.bench.scales import Scale
from tests.bench.vocabulary import list_names

ROOT = Path(__file__).parents[2]
# A server of its own, as an administrator would set it up for a whole country; every commit is
# on the disk before the answer, as in production.
SERVING = {"shared_buffers": "1GB", "max_wal_size": "4GB", "effective_cache_size": "8GB"}
# While it is filled, a crash only means filling it again.
FILLING = SERVING | {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "work_mem": "1GB",
    "hash_mem_multiplier": "1",
    "maintenance_work_mem": "1GB",
}


@contextmanager
def filled(scale: Scale) -> Iterator[Settings]:
    """Servers of a scale's database, which is filled first where it is not."""
    home = folder() / f"{scale.name}-{_fingerprint(scale)}"
    if not (home / "filled").exists():
        _throw_away(scale)
        _fill(home, scale)
    with serving(home, SERVING) as settings:
        yield settings


@contextmanager
def serving(home: Path, options: Mapping[str, str]) -> Iterator[Settings]:
    """The servers of a home, started with these options."""
    usual = dict(postgres.SERVER)
    postgres.SERVER.update(options)
    try:
        with machine_room(load_settings({"PORTAL_HOME": str(home)})) as settings:
            yield settings
    finally:
        postgres.SERVER.clear()
        postgres.SERVER.update(usual)


@contextmanager
def superuser(settings: Settings) -> Iterator[psycopg.Connection]:
    """A connection that sees every desk, each statement a transaction of its own."""
    url = urlsplit(str(settings.database_owner_url))
    with psycopg.connect(
        host=parse_qs(url.query)["host"][0],
        dbname=url.path.strip("/"),
        user="postgres",
        password=secret(settings.home, "database_superuser"),
        autocommit=True,
    ) as connection:
        yield connection


def _fill(home: Path, scale: Scale) -> None:
    _say(f"Preparo la scala {scale.name} in {home}: {scale.people} persone.")
    began = time.monotonic()
    with serving(home, FILLING) as settings, superuser(settings) as connection:
        upgrade(str(settings.database_owner_url))
        app = create_app(settings, patience_seconds=600)
        generator.fill(app, connection, scale, say=_say)
        connection.execute("CHECKPOINT")
    os.sync()
    (home / "filled").touch()
    _say(f"  in tutto {time.monotonic() - began:.0f} s")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def folder() -> Path:
    """Where the homes lie; made if it is not there."""
    given = os.environ.get("PORTAL_BENCH_HOME")
    folder = Path(given) if given else Path.home() / ".cache" / "sportelli-bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _fingerprint(scale: Scale) -> str:
    """Of everything that decides what is in the database: also the words of a few names."""
    files = [
        *sorted((ROOT / "migrations" / "versions").glob("*.py")),
        *(Path(__file__).parent / name for name in ("fill.sql", "scales.py", "vocabulary.py")),
    ]
    known = [PersonFacts(family_name=name.shown) for name in list_names(12, 6)]
    tokens = [sorted(tokens_of(facts)) for facts in known]
    digest = hashlib.sha256(repr((scale, tokens, WRITE_TOKENS.text)).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _throw_away(scale: Scale) -> None:
    for old in folder().glob(f"{scale.name}-*"):
        place = find_place(old)
        if place.base != old:
            shutil.rmtree(place.base, ignore_errors=True)
        shutil.rmtree(old)
