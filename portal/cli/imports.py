# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands that bring a desk's files in. What is printed names rows and columns, never persons."""

from pathlib import Path

import click
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.cli import application
from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.store.tenancy import desk_scope, identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.uploads import LARGEST_FILE
from portal.desks.queries import get_desk_by_slug
from portal.imports.actions import Imported, import_file, rehearse
from portal.imports.rules.files import refuse_large

FILE = click.argument("file", type=click.Path(path_type=Path))
DESK = click.option("--desk", "desk_slug", required=True, help="Lo sportello, col nome breve.")
DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Fa tutti i controlli e dice l’esito, ma non salva nulla."
)


@click.group("import")
def import_() -> None:
    """Carica in uno sportello accessi o totali passati da un file CSV, tutto o niente.

    Il file è in UTF-8 o Windows-1252, con «;» o «,», al massimo 10 MB e 50.000 righe. Se una
    riga non va, il comando dice quale riga e quale colonna e non salva nulla. Lo stesso file una
    seconda volta non si carica.
    """


@import_.command("visits")
@FILE
@DESK
@DRY_RUN
def import_visits(file: Path, desk_slug: str, dry_run: bool) -> None:
    """Carica gli accessi: una riga per ogni richiesta.

    \b
    La prima riga è l’intestazione:
      data;persona;cognome;nome;sesso;data_nascita;cittadinanza;comune_residenza;
      codice_fiscale;tipologia;canale;note   (su una riga sola)
    \b
      data              12/04/2016 oppure 2016-04-12
      persona           la chiave che lo sportello dà alla persona, la stessa in ogni file;
                        vuota: accesso anonimo, che non conta fra gli utenti
      sesso             F, M, X oppure vuoto
      data_nascita      anche solo 1988, 04/1988 o 1988-04
      cittadinanza      lo Stato in italiano o il codice ISO o ISTAT
      comune_residenza  Lucca, «Livo (CO)», fuori provincia, estero, senza fissa dimora
      tipologia         etichetta o codice; vuota: accesso senza richieste
      canale            sportello (o vuoto), appuntamento, telefono, e-mail, PEC, video, altrove
    \b
    Stessa chiave e stesso giorno sono un accesso, anche se il giorno è già registrato. Due righe
    uguali sono due richieste. Dati diversi per la stessa chiave sono un errore.
    \b
    Esempi:
      portal import visits accessi-2016.csv --desk lucca --dry-run
      portal import visits accessi-2016.csv --desk lucca
    """
    done = _import(file, desk_slug, kind="visits", dry_run=dry_run)
    _say(done, _said_of_visits(done), dry_run=dry_run)


@import_.command("totals")
@FILE
@DESK
@DRY_RUN
def import_totals(file: Path, desk_slug: str, dry_run: bool) -> None:
    """Carica i totali di periodi di prima del portale, per il confronto.

    \b
    L’intestazione è periodo;voce;valore. La voce è una tipologia (etichetta o codice), utenti
    (obbligatoria), utenti_F o utenti_M; e, se si sa quante richieste erano di contatti anonimi,
    senza_nome (in tutto) oppure senza_nome e una tipologia. Il periodo è come 2015-S1 e non deve
    avere accessi registrati.
    \b
    Esempio di file:
      periodo;voce;valore
      2015-S1;utenti;172
      2015-S1;Cittadinanza;38
      2015-S1;senza_nome Cittadinanza;3
    \b
    Esempio:
      portal import totals totali-2015.csv --desk lucca
    """
    done = _import(file, desk_slug, kind="totals", dry_run=dry_run)
    line = ngettext(
        "Righe: %(rows)s. Totali di %(n)s periodo.",
        "Righe: %(rows)s. Totali di %(n)s periodi.",
        done.periods,
        n=formats.count(done.periods),
        rows=formats.count(done.rows),
    )
    _say(done, [line], dry_run=dry_run)


def _import(file: Path, desk_slug: str, *, kind: str, dry_run: bool) -> Imported:
    data = _read(file)
    with application():
        with identity_scope(), unit_of_work():
            desk_id = get_desk_by_slug(desk_slug).id
        with desk_scope(desk_id), unit_of_work():
            return (rehearse if dry_run else import_file)(data, kind=kind)


def _read(file: Path) -> bytes:
    """One byte more than is allowed is enough to know that a file is too large."""
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Refusal(_("Il file «%(file)s» non si può leggere.", file=file)) from error
    refuse_large(len(data))
    return data


def _said_of_visits(done: Imported) -> list[str]:
    return [
        f"Righe: {formats.count(done.rows)}.",
        f"Accessi nuovi: {formats.count(done.visits)}, di cui anonimi"
        f" {formats.count(done.anonymous)}.",
        f"Richieste: {formats.count(done.enquiries)}.",
        f"Persone: {formats.count(done.people_new)} nuove,"
        f" {formats.count(done.people_known)} già note.",
        f"Avvertenze: {formats.count(done.warning_count)}.",
        *done.warnings,
    ]


def _say(done: Imported, lines: list[str], *, dry_run: bool) -> None:
    if done.before:
        day = formats.day(done.before)
        click.echo(f"Questo file è già stato caricato il {day}: non c’è nulla di nuovo da salvare.")
        return
    click.echo("\n".join(lines))
    click.echo("Prova: non è stato salvato nulla." if dry_run else "Tutto salvato.")
