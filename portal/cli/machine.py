# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands about the installation: run it, migrate."""

import subprocess
import sys
from collections.abc import Callable

import click

from config.keys import keep_private
from config.settings import Settings, child_environment, load_settings
from portal.cli import PATIENCE_SECONDS, close_connections
from portal.core.errors import Refusal
from portal.embedded import Room, machine_room
from portal.embedded.reach import connect
from portal.embedded.running import keep_running, refuse_taken_port
from portal.embedded.supervisor import until_signal


@click.command()
def run() -> None:
    """Avvia il portale e lo tiene acceso; Ctrl-C lo ferma senza perdere nulla.

    \b
    Esempi:
      portal run
      PORT=8080 PORTAL_HOME=/srv/sportelli portal run
    """
    settings = load_settings()
    refuse_taken_port(settings)
    with until_signal(), Room(settings) as room:
        room.keep_running()
        filled = room.settings()
        _apart("migrate", filled)
        lines = _demonstration(settings, filled)
        keep_running(
            room,
            filled,
            say=lambda line: click.echo(line, err=True),
            ready=lambda: click.echo(
                "\n".join([f"Pronto: http://127.0.0.1:{settings.port}", *lines])
            ),
        )


@click.command()
def migrate() -> None:
    """Porta la banca dati alla versione del codice; si può ripetere.

    \b
    Esempio:
      portal migrate
    """
    with machine_room(load_settings()) as settings:
        upgraded(settings)
    click.echo("La banca dati è aggiornata.")


def upgraded(settings: Settings, then: Callable[[], int] = lambda: 0) -> int:
    """Bring the database up to date, and do something with it as the application."""
    from portal.upgrade import bring_up_to_date

    connect(owner_url(settings)).close()
    app = bring_up_to_date(settings, patience_seconds=PATIENCE_SECONDS)
    with app.app_context():
        try:
            return then()
        finally:
            close_connections()


def owner_url(settings: Settings) -> str:
    if settings.database_owner_url is None:
        raise Refusal("Serve DATABASE_OWNER_URL (ruolo portal_owner).")
    return settings.database_owner_url


def _demonstration(plain: Settings, filled: Settings) -> list[str]:
    """What to say about the demonstration; it is loaded into an embedded, empty database only."""
    if not plain.embeds_database or filled.database_backup_url is None:
        return []
    said = plain.home / "secrets/demonstration"
    begun = plain.home / "secrets/demonstration.begun"
    with connect(filled.database_backup_url) as connection:
        (empty,) = connection.execute("SELECT NOT EXISTS (SELECT FROM network)").fetchone() or (0,)
    if empty or begun.exists():  # an interrupted load goes on where it was
        begun.touch()
        said.unlink(missing_ok=True)
        keep_private(said, _apart("demo", filled))
        begun.unlink()
    return said.read_text(encoding="utf-8").splitlines() if said.exists() else []


def _apart(command: str, filled: Settings) -> str:
    """Another command, in a process that gives its memory back; it says itself what is wrong."""
    done = subprocess.run(
        [sys.executable, "-m", "portal", command],
        env=child_environment(filled),
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode != 0:
        raise click.exceptions.Exit(1)
    return done.stdout
