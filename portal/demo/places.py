# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desks of the demonstration and who works there. Pure data; no such place exists."""

from dataclasses import dataclass
from datetime import datetime

from portal.core.clock import ROME
from portal.core.web.access import Role

NETWORK_SLUG, NETWORK_NAME = "rete-demo", "Rete provinciale degli sportelli"
FIRST_SLUG = "centro-servizi"
# It has not approved the last half-year.
LATE_SLUG = "pieve-a-serra"
FOUNDED = datetime(2015, 1, 7, 9, 0, tzinfo=ROME)


@dataclass(frozen=True)
class DemoDesk:
    """A desk, how many persons it knows, and on which weekdays it receives (Monday is 0)."""

    slug: str
    name: str
    short_name: str
    people: int
    weekdays: tuple[int, ...]


@dataclass(frozen=True)
class DemoAccount:
    """Somebody who works with the portal: at desks, or (overseer) for the network."""

    email: str
    name: str
    role: Role
    desks: tuple[str, ...] = ()


EVERY_DAY = (0, 1, 2, 3, 4)

DESKS = (
    DemoDesk(FIRST_SLUG, "Centro servizi per cittadini stranieri", "Centro servizi", 70, EVERY_DAY),
    DemoDesk("acquaviola", "Sportello immigrati di Acquaviola", "Acquaviola", 220, (0, 2, 4)),
    DemoDesk("castelmora", "Sportello stranieri di Castelmora", "Castelmora", 40, (3,)),
    DemoDesk("montefosco", "Sportello stranieri di Montefosco", "Montefosco", 400, EVERY_DAY),
    DemoDesk("pieve-a-serra", "Sportello di Pieve a Serra", "Pieve a Serra", 80, (1, 3)),
    DemoDesk("valchiara", "Sportello dell’Unione di Valchiara", "Valchiara", 130, (0, 1, 3)),
)

ACCOUNTS = (
    DemoAccount("anna@centro-servizi.example", "Anna Bianchi", Role.MANAGER, (FIRST_SLUG,)),
    DemoAccount(
        "bruno@centro-servizi.example", "Bruno Neri", Role.OPERATOR, (FIRST_SLUG, "montefosco")
    ),
    DemoAccount("carla@centro-servizi.example", "Carla Verdi", Role.READER, (FIRST_SLUG,)),
    DemoAccount("dario@montefosco.example", "Dario Rossi", Role.OPERATOR, ("montefosco",)),
    DemoAccount("elena@rete.example", "Elena Conti", Role.OVERSEER),
)
