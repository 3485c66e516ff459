# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desks of the demonstration and who works there. Pure data; no such place exists."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.core.clock import ROME
from portal.core.italy.periods import last_half
from portal.core.web.access import Role

NETWORK_SLUG, NETWORK_NAME = "rete-demo", "Rete provinciale degli sportelli"
FIRST_SLUG = "centro-servizi"
# It has not approved the last half-year.
LATE_SLUG = "pieve-a-serra"
# On market days it tallies: most of what it is asked is nobody's.
TALLYING_SLUG = "castelmora"
# It has no earlier year to be compared with.
NEW_SLUG = "valchiara"
FOUNDED = datetime(2015, 1, 7, 9, 0, tzinfo=ROME)
OF_THE_TABLE = "2016-S1"
"""The half-year of the historical table, the first of which there are records."""
RECORDS_BEGIN = date(2016, 1, 4)
OPENED = date(2024, 1, 8)


@dataclass(frozen=True)
class DemoDesk:
    """A desk, about how many users it has in a half-year, and on which weekdays it receives
    (Monday is 0).
    """

    slug: str
    name: str
    short_name: str
    users: int
    weekdays: tuple[int, ...]

    def opened_on(self, today: date) -> date:
        """Its first day. The new desk's is in the year of the half-year that closed last, so that
        there is always one which has nothing of a year before.
        """
        if self.slug == FIRST_SLUG:
            return RECORDS_BEGIN
        return OPENED.replace(year=last_half(today).start.year) if self.slug == NEW_SLUG else OPENED


@dataclass(frozen=True)
class DemoAccount:
    """Somebody who works with the portal: at desks, or (overseer) for the network."""

    email: str
    name: str
    role: Role
    desks: tuple[str, ...] = ()


EVERY_DAY = (0, 1, 2, 3, 4)

DESKS = (
    DemoDesk(
        FIRST_SLUG, "Centro servizi per cittadini stranieri", "Centro servizi", 149, EVERY_DAY
    ),
    DemoDesk("acquaviola", "Sportello immigrati di Acquaviola", "Acquaviola", 70, (0, 2, 4)),
    DemoDesk(TALLYING_SLUG, "Sportello stranieri di Castelmora", "Castelmora", 14, (3,)),
    DemoDesk("montefosco", "Sportello stranieri di Montefosco", "Montefosco", 130, EVERY_DAY),
    DemoDesk(LATE_SLUG, "Sportello di Pieve a Serra", "Pieve a Serra", 30, (1, 3)),
    DemoDesk(NEW_SLUG, "Sportello dell’Unione di Valchiara", "Valchiara", 45, (0, 1, 3)),
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
