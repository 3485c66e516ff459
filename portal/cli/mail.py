# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal mail`: what became of the letters, and which of them need a person.

No address is printed: a letter is named by its id, its desk or network and its period.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

import click
from flask_babel import gettext as _

from portal.accounts.letters import TO_ACCOUNTS
from portal.cli import application
from portal.core.italy import formats
from portal.core.store.tenancy import desk_scope, identity_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import delivery
from portal.desks.queries import get_desk_by_slug, list_desks, list_networks
from portal.machine.letters import OF_DISKS
from portal.mailings import actions
from portal.mailings.kinds import DESK, MailingType
from portal.mailings.queries import (
    Uncertain,
    count_letters,
    count_needing_a_person,
    list_uncertain,
)
from portal.mailings.rules import STATE_NAMES
from portal.oversight.letters import NETWORK

OF_NO_PLACE: tuple[type[delivery.LetterRow], ...] = (TO_ACCOUNTS.table, OF_DISKS.table)


@dataclass(frozen=True)
class Sender:
    """A desk or network that sends letters."""

    slug: str
    id: UUID
    kind: MailingType

    def scope(self) -> AbstractContextManager[None]:
        return desk_scope(self.id) if self.kind is DESK else network_scope(self.id)


@click.group()
def mail() -> None:
    """La posta in uscita: le edizioni approvate, e gli avvisi a chi approva."""


@mail.command()
@click.option("--desk", metavar="SLUG", help="Solo questo sportello.")
def status(desk: str | None) -> None:
    """Conta le lettere per stato ed elenca quelle dall’esito incerto.

    Una lettera è incerta quando la spedizione si è interrotta mentre partiva: può essere arrivata
    o no. Non si rimanda da sola: si invia di nuovo dalla pagina delle consegne.

    \b
    Esempio:
      portal mail status --desk montefosco

    Esce con 1 se serve una persona: una lettera di un’edizione che nessuna ha sostituito, o
    l’avviso per una che aspetta ancora, non è stata consegnata o ha esito incerto.
    """
    needing = 0
    with application():
        with identity_scope(), unit_of_work():
            senders = _senders(desk)
            counts = count_letters(OF_NO_PLACE)
        if desk is None:
            click.echo(_counted(_("account e avvisi sul computer"), counts))
        for sender in senders:
            with sender.scope(), unit_of_work():
                counts, uncertain = count_letters(sender.kind.letters), list_uncertain(sender.kind)
                needing += count_needing_a_person(sender.kind)
            click.echo(_counted(sender.slug, counts))
            for line in _listed(sender, uncertain):
                click.echo(line)
    if needing:
        raise click.exceptions.Exit(1)


def hold_back_letters() -> int:
    """What a restored copy does to its letters, in every desk and network and to accounts; how
    many they are.
    """
    with identity_scope(), unit_of_work():
        senders = _senders(None)
        held = sum(delivery.hold_back_letters(table) for table in OF_NO_PLACE)
    for sender in senders:
        with sender.scope(), unit_of_work():
            held += actions.hold_back_letters(sender.kind)
    return held


def _senders(slug: str | None) -> list[Sender]:
    if slug:
        return [Sender(slug, get_desk_by_slug(slug).id, DESK)]
    senders = []
    for network in list_networks():
        senders.append(Sender(network.slug, network.id, NETWORK))
        senders += [Sender(desk.slug, desk.id, DESK) for desk in list_desks(network.id)]
    return senders


def _counted(sender: str, counts: dict[str, int]) -> str:
    named = [f"{formats.count(counts[key])} {STATE_NAMES[key]}" for key in STATE_NAMES
             if counts.get(key)]  # fmt: skip
    letters = ", ".join(named) or _("nessuna lettera")
    return f"{sender}: {letters}"


def _listed(sender: Sender, uncertain: list[Uncertain]) -> Iterator[str]:
    for letter_id, period, number in uncertain:
        edition = _("edizione %(number)s", number=number)
        uncertainty = _("esito incerto")
        yield f"  {uncertainty}: {letter_id} {sender.slug} {period} {edition}"
