# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everybody who may ask for a page: one account, Zoe's, in each of the situations there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import update

from portal.accounts.events import EventKind
from portal.accounts.models import Account, Invitation, LoginSession, Membership, SecurityEvent
from portal.core import clock
from portal.core.store.database import db
from portal.core.web.access import Role
from portal.drafts.models import Draft
from tests.conformance import records
from tests.conformance.records import row_id
from tests.conftest import AtDesk
from tests.world import ALTRA, CAPANNORI, LUCCA, RETE, VIAREGGIO, Place, Someone

ZOE = Someone("Zoe Serra", Role.READER, LUCCA)
Roles = Mapping[Place, Role]


@dataclass(frozen=True)
class Identity:
    """Who asks: what they may do now, what they might before or later, and how they are in.

    They ask at one desk, and at its network.
    """

    name: str
    works_at: Roles = field(default_factory=dict)
    removed_from: Roles = field(default_factory=dict)
    invited_to: Roles = field(default_factory=dict)
    asks_at: Place = LUCCA
    is_signed_in: bool = True
    is_locked: bool = False

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


EVERYTHING = {LUCCA: Role.MANAGER, RETE: Role.OVERSEER}
AT_TWO_DESKS = {LUCCA: Role.OPERATOR, CAPANNORI: Role.MANAGER}

IDENTITIES = (
    Identity("none", is_signed_in=False),
    Identity("locked", EVERYTHING, is_locked=True),
    Identity("reader", {LUCCA: Role.READER}),
    Identity("operator", {LUCCA: Role.OPERATOR}),
    Identity("manager", {LUCCA: Role.MANAGER}),
    Identity("two desks at one", AT_TWO_DESKS),
    Identity("two desks at the other", AT_TWO_DESKS, asks_at=CAPANNORI),
    Identity("another desk", {CAPANNORI: Role.MANAGER}),
    Identity("overseer", {RETE: Role.OVERSEER}),
    Identity("another network", {VIAREGGIO: Role.MANAGER, ALTRA: Role.OVERSEER}),
    Identity("removed", removed_from=EVERYTHING),
    Identity("not yet accepted", invited_to=EVERYTHING),
    Identity("not yet accepted of another desk", {CAPANNORI: Role.MANAGER}, invited_to=EVERYTHING),
)


def write_account(identity: Identity, in_identity: AtDesk, at_desk: AtDesk) -> None:
    """Write Zoe's account with what it works at, before anything ended, and rows of her own."""
    with in_identity():
        account = Account(id=ZOE.id, email=ZOE.email, name=ZOE.name, proved_at=clock.now())
        db.session.add(account)
        db.session.flush()
        for place, role in {**identity.works_at, **identity.removed_from}.items():
            at_place = _column(role, place)
            db.session.add(Membership(account_id=ZOE.id, role=role, **at_place))
        for place, role in identity.invited_to.items():
            invitation = Invitation(
                email=ZOE.email,
                name=ZOE.name,
                role=role,
                expires_at=clock.now() + timedelta(days=1),
                **_column(role, place),
            )
            db.session.add(invitation)
        _write_own_rows(ZOE, LUCCA)
        _write_own_rows(Someone("Dario Rossi", Role.OPERATOR, CAPANNORI), CAPANNORI)
    with at_desk(identity.asks_at):
        db.session.execute(update(Draft).values(account_id=ZOE.id))


def end_memberships(identity: Identity, in_identity: AtDesk) -> None:
    """Take Zoe out of where she was, signed in as she is."""
    with in_identity():
        for place, role in identity.removed_from.items():
            hers = Membership.account_id == ZOE.id
            (column,) = _column(role, place)
            there = getattr(Membership, column) == place.id
            ended = update(Membership).where(hers, there).values(ended_at=clock.now())
            db.session.execute(ended)


def _column(role: Role, place: Place) -> dict[str, object]:
    return {"network_id" if role is Role.OVERSEER else "desk_id": place.id}


def _write_own_rows(owner: Someone, slot: Place) -> None:
    """What an account's own page names: another browser, and a question that is open."""
    token_hash = records.row_id("token", slot).bytes * 2
    session_id = row_id("login_session", slot)
    db.session.add(LoginSession(id=session_id, token_hash=token_hash, account_id=owner.id))
    event_id = row_id("security_event", slot)
    db.session.add(SecurityEvent(id=event_id, kind=EventKind.NEW_DEVICE, subject_id=owner.id))
