# SPDX-License-Identifier: AGPL-3.0-or-later
"""The `portal` command: which commands there are, and how an error becomes one sentence.

A command's module is imported when it is called: `portal run` does not load the application.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import IO, Any

import click
from flask import Flask

from config.settings import SettingsError, load_settings
from portal import __version__
from portal.cli.usage import sentence_of
from portal.core.errors import Refusal
from portal.core.work.logs import write_uncaught
from portal.embedded import machine_room

# In the order of the help: name, then module and attribute; each new command is one line.
COMMANDS = {
    "run": "portal.cli.machine:run",
    "migrate": "portal.cli.machine:migrate",
    "network": "portal.cli.desks:network",
    "desk": "portal.cli.desks:desk",
    "user": "portal.cli.desks:user",
    "import": "portal.cli.imports:import_",
    "report": "portal.cli.reports:report",
    "edition": "portal.cli.editions:edition",
    "worker": "portal.cli.worker:worker",
    "mail": "portal.cli.mail:mail",
    "demo": "portal.cli.demo:demo",
    "backup": "portal.cli.copies:backup",
    "restore": "portal.cli.copies:restore",
    "thaw": "portal.cli.copies:thaw",
}
# Pages bound each statement to seconds; an import or a long report may take its time.
PATIENCE_SECONDS = 600


class Sentence(click.ClickException):
    """An error as people read it: the sentence alone, exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)


class PortalCommands(click.Group):
    """The group that knows its commands by name and turns refusals into sentences."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """As click's; a mistake of ours is written without its words, which may be a person's."""
        sys.excepthook = write_uncaught
        return super().main(*arguments, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Refusal, SettingsError) as refusal:
            raise Sentence(str(refusal)) from refusal
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as wrong:
            raise Sentence(sentence_of(wrong)) from wrong


@click.group(cls=PortalCommands, context_settings={"max_content_width": 100})
@click.version_option(__version__, prog_name="portal")
def main() -> None:
    """Il portale degli sportelli dalla riga di comando.

    I comandi funzionano accanto al portale acceso e da soli: la banca dati locale si avvia e si
    ferma quando serve. «portal COMANDO --help» spiega ogni comando con un esempio.

    \b
      portal run                      avvia tutto: http://127.0.0.1:8000
      portal backup copia.dump        salva tutti i dati in un file
    """


@contextmanager
def application() -> Iterator[Flask]:
    """The application over its servers, inside its context, for a command that needs it.

    An embedded database is ours alone and is brought up to date; another waits for `migrate`:
    until then WrongSchema says so.
    """
    from portal.app import create_app, refuse_wrong_database
    from portal.upgrade import bring_up_to_date

    settings = load_settings()
    make = bring_up_to_date if settings.embeds_database else create_app
    with machine_room(settings) as filled:
        app = make(filled, patience_seconds=PATIENCE_SECONDS)
        if not settings.embeds_database:
            refuse_wrong_database(app)
        with app.app_context():
            try:
                yield app
            finally:
                close_connections()


def close_connections() -> None:
    """Before the servers stop, which they do when we are the last one here."""
    from portal.core.store.database import db

    for engine in db.engines.values():
        engine.dispose()
