# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of networks, zones and desks."""

from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Date, Select, Subquery, cast, func, select, union_all

from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.store.database import db
from portal.desks.models import Desk, Network


def places() -> Subquery:
    """Desks and networks as one list of (id, slug, name, short_name), to be joined by id."""
    desks = select(Desk.id, Desk.slug, Desk.name, Desk.short_name)
    networks = select(Network.id, Network.slug, Network.name, Network.name.label("short_name"))
    return union_all(desks, networks).subquery("place")


def get_desk(desk_id: UUID) -> Desk:
    """The desk with this id."""
    desk = db.session.get(Desk, desk_id)
    if desk is None:
        raise NotHere
    return desk


def get_desk_by_slug(slug: str) -> Desk:
    """The desk that the command line names; an unknown one is said with its name."""
    desk = db.session.scalars(select(Desk).where(Desk.slug == slug)).one_or_none()
    if desk is None:
        raise Refusal(_("Lo sportello «%(slug)s» non esiste.", slug=slug))
    return desk


def every_desk() -> Select[UUID]:
    """The ids of all desks, to be used in another statement."""
    return select(Desk.id)


def closing_desks(ended: date, today: date) -> Select[UUID]:
    """The ids of the desks that have closed by today a period ended on a day.

    So many days after its end; those founded later have no such period. In Rome's days.
    """
    return select(Desk.id).where(*_closing(Desk, ended, today))


def closing_networks(ended: date, today: date) -> Select[UUID]:
    """The same of networks."""
    return select(Network.id).where(*_closing(Network, ended, today))


def _closing(
    table: type[Desk] | type[Network], ended: date, today: date
) -> tuple[ColumnElement[bool], ...]:
    founded = cast(func.timezone(clock.ROME.key, table.created_at), Date)
    days = (today - ended).days
    return table.closing_days <= days, founded <= ended


def get_network(network_id: UUID) -> Network:
    """The network with this id."""
    network = db.session.get(Network, network_id)
    if network is None:
        raise NotHere
    return network


def find_network(slug: str) -> Network | None:
    """The network with this slug, if there is one."""
    return db.session.scalars(select(Network).where(Network.slug == slug)).one_or_none()


def get_network_by_slug(slug: str) -> Network:
    """The network that the command line names; an unknown one is said with its name."""
    network = find_network(slug)
    if network is None:
        raise Refusal(_("La rete «%(slug)s» non esiste.", slug=slug))
    return network


def list_networks() -> list[Network]:
    """Every network in alphabetical order."""
    return list(db.session.scalars(select(Network).order_by(Network.name, Network.id)))


def list_desks(network_id: UUID) -> list[Desk]:
    """The desks of a network in alphabetical order."""
    statement = select(Desk).where(Desk.network_id == network_id).order_by(Desk.name, Desk.id)
    return list(db.session.scalars(statement))
