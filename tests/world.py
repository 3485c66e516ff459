# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small world of named people, the same in every test.

Rete: the desks of Lucca and Capannori. Anna (manager), Bruno (operator) and Carla (reader) work at
Lucca, Dario (operator) at Capannori, Elena oversees the network. Altra rete: Viareggio, where
Fabio is the manager.
"""

from dataclasses import dataclass, field
from uuid import NAMESPACE_DNS, UUID, uuid5

from argon2 import PasswordHasher

from portal.accounts.models import Account, Membership
from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.web.access import Role
from portal.desks.models import Desk, Network
from portal.taxonomy.actions import store_versions

PASSWORD = "tre parole facili"


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_DNS, f"{name}.example")


@dataclass(frozen=True)
class Place:
    """A desk or a network of the world."""

    slug: str
    name: str

    @property
    def id(self) -> UUID:
        return _id(self.slug)


@dataclass(frozen=True)
class Someone:
    """An account of the world; the password is PASSWORD for all."""

    name: str
    role: Role
    place: Place

    @property
    def id(self) -> UUID:
        return _id(self.email)

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@sportelli.example"


RETE = Place("rete", "Rete di prova")
ALTRA = Place("altra-rete", "Altra rete")
LUCCA = Place("lucca", "Sportello di Lucca")
CAPANNORI = Place("capannori", "Sportello di Capannori")
VIAREGGIO = Place("viareggio", "Sportello di Viareggio")


@dataclass(frozen=True)
class World:
    """What a test may name."""

    rete: Place = RETE
    altra: Place = ALTRA
    lucca: Place = LUCCA
    capannori: Place = CAPANNORI
    viareggio: Place = VIAREGGIO
    anna: Someone = field(default=Someone("Anna Bianchi", Role.MANAGER, LUCCA))
    bruno: Someone = field(default=Someone("Bruno Neri", Role.OPERATOR, LUCCA))
    carla: Someone = field(default=Someone("Carla Verdi", Role.READER, LUCCA))
    dario: Someone = field(default=Someone("Dario Rossi", Role.OPERATOR, CAPANNORI))
    elena: Someone = field(default=Someone("Elena Conti", Role.OVERSEER, RETE))
    fabio: Someone = field(default=Someone("Fabio Galli", Role.MANAGER, VIAREGGIO))

    @property
    def accounts(self) -> tuple[Someone, ...]:
        return (self.anna, self.bruno, self.carla, self.dario, self.elena, self.fabio)


def found() -> None:
    """Write the world into an empty database."""
    with identity_scope(), unit_of_work():
        store_versions()
        for network in (RETE, ALTRA):
            db.session.add(Network(id=network.id, slug=network.slug, name=network.name))
        db.session.flush()
        for desk, network in ((LUCCA, RETE), (CAPANNORI, RETE), (VIAREGGIO, ALTRA)):
            db.session.add(
                Desk(
                    id=desk.id,
                    slug=desk.slug,
                    name=desk.name,
                    short_name=desk.name[13:],
                    network_id=network.id,
                )
            )
        hashed = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(PASSWORD)
        world = World()
        for one in world.accounts:
            db.session.add(
                Account(
                    id=one.id,
                    email=one.email,
                    name=one.name,
                    password_hash=hashed,
                    proved_at=clock.now(),
                )
            )
        db.session.flush()
        for one in world.accounts:
            _join(one)


def _join(one: Someone) -> None:
    at_network = one.role is Role.OVERSEER
    db.session.add(
        Membership(
            account_id=one.id,
            role=one.role,
            network_id=one.place.id if at_network else None,
            desk_id=None if at_network else one.place.id,
        )
    )
