# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal worker`: whether what should happen by itself does happen."""

from datetime import timedelta

import click
from flask_babel import ngettext

from portal.cli import application
from portal.core import clock
from portal.core.italy import formats
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.frozen import find_frozen

ANSWER_SECONDS = 2
PATIENCE = timedelta(minutes=5)


@click.group()
def worker() -> None:
    """I lavoratori: costruiscono le edizioni e spediscono le lettere, fuori dalle pagine."""


@worker.command()
@click.pass_context
def status(context: click.Context) -> None:
    """Dice se la coda risponde, quanti lavoratori vi sono collegati e che cosa aspetta.

    Esce con 0 se va tutto bene; con 1 se la coda non risponde o non vi è collegato nessun
    lavoratore, o se un lavoro aspetta da più di 5 minuti.

    \b
    Esempio:
      portal worker status
    """
    with application():
        workers = jobs.count_workers(seconds=ANSWER_SECONDS)
        with identity_scope(), unit_of_work():
            waiting, frozen = jobs.list_waiting(), find_frozen()
    click.echo(_said_of_workers(workers))
    if frozen:
        click.echo(
            "Il portale è congelato: nessun lavoro comincia finché non esegui «portal thaw»."
        )
    click.echo(_said_of_jobs(waiting))
    late = any(clock.now() - overdue.since > PATIENCE for overdue in waiting)
    if not workers or late:
        context.exit(1)


def _said_of_workers(workers: int | None) -> str:
    if workers is None:
        return "La coda non risponde: i lavori restano in attesa e ripartono con lei."
    if workers == 0:
        return "La coda risponde, ma nessun lavoratore: avvia «portal run» o sportelli-worker."
    return ngettext(
        "La coda risponde; %(n)s lavoratore è collegato.",
        "La coda risponde; %(n)s lavoratori sono collegati.",
        workers,
        n=formats.count(workers),
    )


def _said_of_jobs(waiting: list[jobs.OverdueJobs]) -> str:
    if not waiting:
        return "Nessun lavoro in attesa."
    total = sum(overdue.count for overdue in waiting)
    number = formats.count(total)
    lines = [ngettext("%(n)s lavoro in attesa:", "%(n)s lavori in attesa:", total, n=number)]
    for one in waiting:
        age = _age(clock.now() - one.since)
        lines.append(f"  {one.name:<18} {formats.count(one.count):>6}  il più vecchio da {age}")
    return "\n".join(lines)


def _age(waited: timedelta) -> str:
    minutes = int(waited.total_seconds()) // 60
    if minutes < 1:
        return "meno di un minuto"
    if minutes < 120:
        return ngettext("%(n)s minuto", "%(n)s minuti", minutes, n=formats.count(minutes))
    hours = minutes // 60
    return ngettext("%(n)s ora", "%(n)s ore", hours, n=formats.count(hours))
