# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal edition`: have a desk's relazione frozen, and approve it, from the command line."""

import time
from uuid import UUID

import click
from flask_babel import gettext as _

from portal.cli import application
from portal.core.errors import Refusal
from portal.core.store.tenancy import desk_scope, identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.desks.queries import get_desk_by_slug
from portal.mailings.actions import announce_edition, send_edition
from portal.mailings.kinds import DESK as LETTERS
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK, missing_of
from portal.reports.models import EditionRow

LOOK_SECONDS = 0.2
WORKERS_FIRST_SECONDS = 1.0
"""A worker that runs takes the job at once; after this it is built here, under the same lock."""
PATIENCE_SECONDS = 600


@click.group()
def edition() -> None:
    """Le edizioni: relazioni fermate con i loro numeri, i loro file e l’impronta SHA-256."""


@edition.command()
@click.option("--desk", required=True, metavar="SLUG", help="Lo sportello, con il nome breve.")
@click.option("--period", required=True, metavar="P", help="Il periodo, finito: 2016-S1, 2016…")
@click.option(
    "--baseline",
    metavar="P",
    help="Il confronto: un periodo, anno-prima, precedente, media-3 o nessuno.",
)
@click.option("--layout", metavar="COME", help="Il prospetto: moderno o storico.")
@click.option("--reason", default="", metavar="TESTO", help="Il motivo, se è una rettifica.")
@click.option("--wait", is_flag=True, help="Aspetta che sia pronta; senza lavoratori la fa qui.")
def build(
    desk: str, period: str, baseline: str | None, layout: str | None, reason: str, wait: bool
) -> None:
    """Chiede l’edizione di un periodo e ne scrive una riga: numero, stato, SHA-256.

    La riga ha i tre campi separati da uno spazio, per esempio «1 ready 5f0c…»; lo SHA-256
    dell’elenco dei file c’è da quando l’edizione è pronta. Stati: queued, building, ready,
    approved, superseded, failed. Se ce n’è già una con gli stessi numeri e le stesse scelte,
    risponde quella. Confronto e prospetto non detti sono quelli scelti l’ultima volta.

    \b
    Esempi:
      portal edition build --desk montefosco --period 2016-S1 --wait
      portal edition build --desk montefosco --period 2016-S1 --baseline 2014-S1 --layout storico
      portal edition build --desk montefosco --period 2016-S1 --reason "Mancava un accesso" --wait
    """
    with application():
        desk_id = _desk_id(desk)
        with desk_scope(desk_id), unit_of_work():
            chosen = {"baseline": baseline, "layout": layout}
            found = editions.request_edition(DESK, period=period, chosen=chosen, reason=reason)
        if wait:
            found = _built(desk_id, found.id)
    click.echo(_line(found))


@edition.command()
@click.option("--desk", required=True, metavar="SLUG", help="Lo sportello, con il nome breve.")
@click.option("--period", required=True, metavar="P", help="Il periodo, come 2016-S1.")
@click.option("--number", required=True, type=int, metavar="N", help="Il numero dell’edizione.")
@click.option("--no-mail", is_flag=True, help="Approva senza inviare ai destinatari.")
@click.option(
    "--nothing-recorded", is_flag=True, help="Approva anche se in un mese non c’è nulla: è giusto."
)
def approve(desk: str, period: str, number: int, no_mail: bool, nothing_recorded: bool) -> None:
    """Approva un’edizione pronta e la invia ai destinatari dello sportello.

    La rete ne vede i numeri, che non cambiano più. Se nel periodo, o in un suo mese, non è stato
    registrato nulla chiede --nothing-recorded: può essere una dimenticanza.

    \b
    Esempio:
      portal edition approve --desk montefosco --period 2016-S1 --number 1
    """
    with application(), desk_scope(_desk_id(desk)), unit_of_work():
        found = editions.get_numbered(DESK, period=period, number=number)
        if not nothing_recorded:
            _refuse_missing(found)
        editions.approve_edition(DESK, edition_id=found.id, seen_version=None)
        if not no_mail:
            send_edition(LETTERS, edition_id=found.id)
        line = _line(found)
    click.echo(line)


def _refuse_missing(found: EditionRow) -> None:
    """Of an edition that waits for its approval, what somebody must say is right so."""
    missing = missing_of(found) if found.state == "ready" else []
    if missing:
        raise Refusal(
            _("Nessuna registrazione: %(missing)s. Se è giusto così ripeti il comando con"
              " --nothing-recorded.", missing=", ".join(missing))
        )  # fmt: skip


def _desk_id(slug: str) -> UUID:
    with identity_scope(), unit_of_work():
        return get_desk_by_slug(slug).id


def _line(found: EditionRow) -> str:
    fields = [str(found.number), found.state]
    return " ".join([*fields, found.sha256.hex()] if found.sha256 else fields)


def _built(desk_id: UUID, edition_id: UUID) -> EditionRow:
    """The edition once it is ready, whoever builds it; never two at once."""
    began = time.monotonic()
    while (waited := time.monotonic() - began) < PATIENCE_SECONDS:
        found, job_id = _look(desk_id, edition_id)
        if found.state == "failed":
            raise Refusal(
                _("L’edizione %(number)s non è riuscita al passo %(step)s: ripeti il comando per"
                  " riprovare.", number=found.number, step=found.step)
            )  # fmt: skip
        if found.state not in ("queued", "building"):
            return found
        if waited < WORKERS_FIRST_SECONDS or not _build_here(desk_id, edition_id, job_id):
            time.sleep(LOOK_SECONDS)
    raise Refusal(
        _("Da %(minutes)s minuti un lavoratore è all’edizione senza finirla: guarda «portal worker"
          " status».", minutes=PATIENCE_SECONDS // 60)
    )  # fmt: skip


def _look(desk_id: UUID, edition_id: UUID) -> tuple[EditionRow, UUID]:
    """The edition as it is at this moment, and its job."""
    with desk_scope(desk_id), unit_of_work():
        found = editions.get_edition(DESK, edition_id)
        return found, jobs.get_job_id(DESK.job, str(edition_id))


def _build_here(desk_id: UUID, edition_id: UUID, job_id: UUID) -> bool:
    """Do what a worker would; false when one is at it."""
    with jobs.working_on(job_id) as ours:
        if ours:
            with desk_scope(desk_id):
                editions.build_edition(
                    DESK, edition_id=edition_id, job_id=job_id, on_ready=announce_edition
                )
    return ours
