# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands that found networks and desks and give the first people their accounts."""

import sys
from uuid import UUID

import click
from flask_babel import gettext as _

from portal.accounts import actions, queries
from portal.accounts.rules import comparable_email
from portal.cli import application
from portal.core.errors import Refusal
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.web.access import Role
from portal.desks.actions import add_desk, add_network
from portal.desks.queries import get_desk_by_slug, get_network_by_slug

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

    Chi ha già un account riceve solo il nuovo ruolo e tiene la sua password. Gli altri operatori
    può invitarli il responsabile, dalla pagina «Operatori» dello sportello.

    \b
    Esempi:
      portal user add --email anna@comune.it --role manager --desk lucca --password-stdin
      portal user add --email elena@provincia.it --role overseer --network provincia \\
        --password-stdin < password.txt
    """
    password = _password() if password_stdin else None
    with application(), identity_scope(), unit_of_work():
        chosen = _role(role)
        account_id, said = _account(email, name, password)
        if chosen is Role.OVERSEER:
            place_id = get_network_by_slug(_needed(network_slug, desk_slug, "--network")).id
        else:
            place_id = get_desk_by_slug(_needed(desk_slug, network_slug, "--desk")).id
        actions.give_role(account_id=account_id, role=chosen, place_id=place_id)
    click.echo(said)


@user.command("password")
@click.option("--email", required=True, help="L’account.")
@click.option("--password-stdin", is_flag=True, required=True, help="Legge la password nuova.")
def set_password(email: str, password_stdin: bool) -> None:
    """Dà una password nuova a chi l’ha dimenticata e lo fa uscire da ogni browser.

    Serve a chi lavora in più sportelli, che nessun responsabile da solo può sbloccare.

    \b
    Esempio:
      portal user password --email anna@comune.it --password-stdin < password.txt
    """
    password = _password()
    with application(), identity_scope(), unit_of_work():
        account = queries.find_account(comparable_email(email))
        if account is None:
            raise Refusal(_("L’account «%(email)s» non esiste.", email=email))
        actions.set_password(account, password=password)
    click.echo(f"Password di «{account.email}» cambiata.")


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


def _account(email: str, name: str | None, password: str | None) -> tuple[UUID, str]:
    """The account of an address, made if it is not there, and what to say about it."""
    known = queries.find_account(comparable_email(email))
    if known:
        said = f"L’account «{known.email}» c’era già: riceve il ruolo e tiene la sua password."
        return known.id, said
    if password is None:
        raise Refusal(_("Per un account nuovo serve --password-stdin."))
    name = name or email.strip().partition("@")[0]
    account = actions.add_account(email=email, name=name, password=password)
    return account.id, f"Account «{account.email}» creato."
