# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands about copies: make one, bring it back, let what came back go on."""

from pathlib import Path

import click

from config.settings import load_settings
from portal.cli import application
from portal.cli.machine import owner_url, upgraded
from portal.core.errors import Refusal
from portal.embedded import machine_room
from portal.embedded.backup import back_up
from portal.embedded.backup import restore as fill_from

FROZEN = (
    "Il portale è congelato: si può entrare, leggere e registrare, ma niente parte e niente si apre"
    " da solo. Quando hai controllato esegui «portal thaw».\n"
    "Gli inviti aperti non valgono più. Chi è stato aggiunto, tolto o cambiato di ruolo dopo la"
    " copia non si può sapere: ogni responsabile controlli gli operatori del suo sportello."
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Salva tutti i dati, di ogni sportello, in FILE; anche a portale acceso.

    Comprende le lettere conservate in PORTAL_HOME/mailbox. Il file contiene dati personali: lo
    legge solo chi lo crea, e va conservato come i dati stessi.

    \b
    Esempio:
      portal backup copia-2026-05-31.dump
    """
    plain = load_settings()
    with machine_room(plain) as settings:
        if settings.database_backup_url is None:
            raise Refusal("Per la copia serve DATABASE_BACKUP_URL (ruolo portal_backup).")
        back_up(settings.database_backup_url, file, home=plain.home, embedded=plain.embeds_database)
    click.echo(f"Copia salvata in «{file}».")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Riporta in una banca dati vuota una copia fatta con «portal backup», congelata.

    Dopo il ripristino ognuno deve accedere di nuovo. Le lettere in coda nella copia possono
    essere già partite dopo: non partono da sole, hanno esito incerto. Finché non esegui
    «portal thaw» niente parte e niente si apre da solo. Vale anche per le copie fatte con una
    versione di prima, che è portata a questa.

    \b
    Esempio:
      PORTAL_HOME=/srv/sportelli-nuovo portal restore copia-2026-05-31.dump
    """
    plain = load_settings()
    with machine_room(plain) as settings:
        owner = owner_url(settings)
        letters = fill_from(owner, file, home=plain.home, embedded=plain.embeds_database)
        held = upgraded(settings, then=_close_what_was_open)
    click.echo(f"Ripristinata la copia «{file}»: ora ognuno deve accedere di nuovo.")
    if letters:
        click.echo(f"Lettere conservate tornate in «{plain.home / 'mailbox'}»: {letters}.")
    if held:
        click.echo(
            f"Lettere non ancora partite quando la copia fu fatta: {held}. Ora hanno esito incerto "
            "e non partono da sole: le elenca «portal mail status»."
        )
    click.echo(FROZEN)


@click.command()
def thaw() -> None:
    """Scongela una copia ripristinata: lettere, edizioni e lavori ripartono da soli.

    Prima controlla gli operatori di ogni sportello, le lettere incerte («portal mail status») e
    che il portale di prima sia spento.

    \b
    Esempio:
      portal thaw
    """
    from portal.core.store.tenancy import identity_scope
    from portal.core.store.unit import unit_of_work
    from portal.core.work import frozen

    with application(), identity_scope(), unit_of_work():
        thawed = frozen.thaw()
    click.echo(
        "Il portale è scongelato: ciò che aspetta riparte entro un minuto."
        if thawed
        else "Il portale non era congelato."
    )


def _close_what_was_open() -> int:
    """Invitations of the copy open no account; how many letters are held back."""
    from portal.accounts.invitations.actions import withdraw_everything
    from portal.cli.mail import hold_back_letters
    from portal.core.store.tenancy import identity_scope
    from portal.core.store.unit import unit_of_work

    with identity_scope(), unit_of_work():
        withdraw_everything()
    return hold_back_letters()
