# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands that found networks and desks and give the first people their accounts."""

import sys
from typing import TYPE_CHECKING
from uuid import UUID

import click
from flask_babel import gettext as _

from portal.accounts import actions, queries
from portal.accounts.events import EventKind, letters_leave, record_event
from portal.accounts.invitations import actions as invitations
from portal.accounts.members.actions import add_membership
from portal.accounts.rules import comparable_email
from portal.cli import application
from portal.core.errors import Refusal
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.web.access import Role
from portal.desks.actions import add_desk, add_network
from portal.desks.queries import get_desk_by_slug, get_network_by_slug

if TYPE_CHECKING:
    from portal.accounts.queries import Account

ROLES = {
    "operator": Role.OPERATOR,
    "operatore": Role.OPERATOR,
    "manager": Role.MANAGER,
    "responsabile": Role.MANAGER,
    "reader": Role.READER,
    "lettore": Role.READER,
    "overseer": Role.OVERSEER,
    "supervisore": Role.OVERSEER,
}


@click.group()
def network() -> None:
    """Le reti: chi governa gli sportelli (Provincia, Prefettura, Unione)."""


@network.command("add")
@click.option("--slug", required=True, help="Nome breve per gli indirizzi: minuscole e trattini.")
@click.option("--name", required=True, help="Nome per esteso.")
def add_network_command(slug: str, name: str) -> None:
    """Fonda una rete.

    \b
    Esempio:
      portal network add --slug provincia --name "Rete provinciale degli sportelli"
    """
    with application(), identity_scope(), unit_of_work():
        add_network(slug=slug, name=name)
    click.echo(f"Rete «{slug}» creata. Ora aggiungi gli sportelli: portal desk add --help")


@click.group()
def desk() -> None:
    """Gli sportelli: ciascuno ha le sue persone e i suoi accessi, che gli altri non vedono."""


@desk.command("add")
@click.option("--slug", required=True, help="Nome breve per gli indirizzi: /s/<slug>/.")
@click.option("--name", required=True, help="Nome per esteso.")
@click.option("--network", "network_slug", required=True, help="La rete, con il suo nome breve.")
def add_desk_command(slug: str, name: str, network_slug: str) -> None:
    """Apre uno sportello in una rete.

    \b
    Esempio:
      portal desk add --slug lucca --name "Sportello di Lucca" --network provincia
    """
    with application(), identity_scope(), unit_of_work():
        add_desk(slug=slug, name=name, network=get_network_by_slug(network_slug))
    click.echo(f"Sportello «{slug}» creato. Ora il responsabile: portal user add --help")


@click.group()
def user() -> None:
    """Gli account: chi entra, dove e con quale ruolo."""


@user.command("add")
@click.option("--email", required=True, help="Con cui si accede.")
@click.option("--role", required=True, help="operator, manager, reader oppure overseer.")
@click.option("--desk", "desk_slug", help="Lo sportello, per operator, manager e reader.")
@click.option("--network", "network_slug", help="La rete, per overseer.")
@click.option("--name", help="Nome e cognome; se manca, la parte dell’e-mail prima di @.")
@click.option("--password-stdin", is_flag=True, help="Legge la password da una riga in ingresso.")
def add_user(
    email: str,
    role: str,
    desk_slug: str | None,
    network_slug: str | None,
    name: str | None,
    password_stdin: bool,
) -> None:
    """Fa entrare una persona in uno sportello o, come supervisore, in una rete.

    Con una password fonda l’account: il suo indirizzo conta come dimostrato, perché lo dice chi
    governa la macchina. Senza, o se l’account c’è già, offre il ruolo: parte una lettera o, dove
    non c’è posta, si stampa un codice da consegnare; vale quando la persona accetta. Gli altri
    operatori può invitarli il responsabile, dalla pagina «Operatori» dello sportello.

    \b
    Esempi:
      portal user add --email anna@comune.it --role manager --desk lucca --password-stdin
      portal user add --email elena@provincia.it --role overseer --network provincia
    """
    password = _password() if password_stdin else None
    with application(), identity_scope(), unit_of_work():
        chosen = _role(role)
        if chosen is Role.OVERSEER:
            place_id = get_network_by_slug(_needed(network_slug, desk_slug, "--network")).id
        else:
            place_id = get_desk_by_slug(_needed(desk_slug, network_slug, "--desk")).id
        name = name or email.strip().partition("@")[0]
        if password is not None and queries.find_reader(comparable_email(email)) is None:
            said = _found_account(email, name, password, chosen, place_id)
        else:
            said = _offer(email, name, chosen, place_id)
    click.echo(said)


@user.command("password")
@click.option("--email", required=True, help="L’account.")
@click.option("--password-stdin", is_flag=True, required=True, help="Legge la password nuova.")
def set_password(email: str, password_stdin: bool) -> None:
    """Dà una password nuova a chi l’ha dimenticata e lo fa uscire da ogni browser.

    \b
    Esempio:
      portal user password --email anna@comune.it --password-stdin < password.txt
    """
    password = _password()
    with application(), identity_scope(), unit_of_work():
        account = _known(email)
        actions.set_password(account, password=password)
        actions.forget_devices(account.id)
        actions.prove_address(account)
    click.echo(f"Password di «{account.email}» cambiata.")


@user.command("address")
@click.option("--email", required=True, help="L’account, con l’indirizzo di adesso.")
@click.option("--to", "wanted", required=True, help="L’indirizzo nuovo.")
def set_address(email: str, wanted: str) -> None:
    """Cambia l’indirizzo di un account, che conta come dimostrato.

    \b
    Esempio:
      portal user address --email anna@comune.it --to anna.bianchi@comune.it
    """
    with application(), identity_scope(), unit_of_work():
        account = _known(email)
        actions.set_address(account, email=wanted)
    click.echo(f"L’account ora è «{account.email}».")


def _known(email: str) -> "Account":
    account = queries.find_reader(comparable_email(email))
    if account is None:
        raise Refusal(_("L’account «%(email)s» non esiste.", email=email))
    return account


def _password() -> str:
    try:
        return sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refusal(_("La password in ingresso non è in UTF-8.")) from None


def _role(text: str) -> Role:
    try:
        return ROLES[text.strip().lower()]
    except KeyError:
        raise Refusal(
            _("Il ruolo «%(role)s» non esiste: operator, manager, reader o overseer.", role=text)
        ) from None


def _needed(given: str | None, other: str | None, option: str) -> str:
    """A role goes with a desk or with a network, never with both."""
    if given is None or other is not None:
        raise Refusal(_("Con questo ruolo serve %(option)s, e solo quella opzione.", option=option))
    return given


def _found_account(email: str, name: str, password: str, role: Role, place_id: UUID) -> str:
    """A new account in its place, and what to say about it."""
    account = actions.add_account(email=email, name=name, password=password, is_proved=True)
    add_membership(account_id=account.id, role=role, place_id=place_id)
    is_network = role is Role.OVERSEER
    record_event(
        EventKind.ROLE_GIVEN,
        subject_id=account.id,
        desk_id=None if is_network else place_id,
        network_id=place_id if is_network else None,
        role=role,
    )
    return f"Account «{account.email}» creato."


def _offer(email: str, name: str, role: Role, place_id: UUID) -> str:
    """A place that waits for its owner, and how they get the key."""
    invitation = invitations.invite_to(place_id=place_id, name=name, email=email, role=role)
    if letters_leave():
        invitations.send(invitation)
        return f"Invito per «{invitation.email}»: la lettera è in partenza."
    key = invitations.hand_over(invitation)
    return f"Invito per «{invitation.email}»: il codice da consegnare è {key}"
