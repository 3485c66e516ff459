# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the cookie of a locked session may do: go on with a draft, begin few, and no more."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Membership, SecurityEvent
from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.drafts import rules as draft_rules
from portal.drafts.queries import list_drafts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.counter.test_drafts import MINUTE, NEW, NOON, keep, opened
from tests.world import PASSWORD, Someone, World

ClientOf = Callable[[Someone], PortalClient]


def lock(client: PortalClient, form: dict[str, str]) -> dict[str, str]:
    """The screen is left locked; a form that whoever passes by can send from there."""
    with clock.stopped_at(NOON + MINUTE / 2):
        client.post("/blocca", data={"csrf_token": form["csrf_token"]})
    token = client.soup("/accedi").find("input", attrs={"name": "csrf_token"})
    assert token is not None
    return {"csrf_token": str(token["value"])}


@pytest.fixture
def bruno(visitor: PortalClient, world: World) -> PortalClient:
    with clock.stopped_at(NOON):
        visitor.submit("/accedi", {"email": world.bruno.email, "password": PASSWORD})
    return visitor


def unlocked(client: PortalClient, page: str) -> str:
    sent = client.submit(client.get(page).location, {"password": PASSWORD})
    return str(sent.location)


def test_a_locked_session_does_not_push_out_what_its_owner_wrote(
    bruno: PortalClient, world: World, at_desk: AtDesk
) -> None:
    with clock.stopped_at(NOON):
        mine = opened(bruno)
        keep(bruno, mine, family_name="Diallo")
        passer = lock(bruno, mine)
    with clock.stopped_at(NOON + MINUTE):
        answers = [
            keep(bruno, passer | {"form_token": str(uuid4())}, family_name="x").status_code
            for _time in range(draft_rules.MOST + 1)
        ]
        assert answers.count(200) == draft_rules.MOST_WHILE_LOCKED
        # What was there before is gone on with, however many there are.
        assert keep(bruno, mine | passer, 2, family_name="Diallo", note="a").status_code == 200
    with at_desk(world.lucca, world.bruno):
        kept = [str(draft.fields) for draft in list_drafts()]
        assert [text for text in kept if "Diallo" in text] != []


def test_after_the_password_nobody_elses_draft_is_open(bruno: PortalClient) -> None:
    with clock.stopped_at(NOON):
        mine = opened(bruno)
        keep(bruno, mine, family_name="Diallo")
        passer = lock(bruno, mine)
    with clock.stopped_at(NOON + MINUTE):
        keep(bruno, passer | {"form_token": str(uuid4())}, family_name="Altri")
        assert unlocked(bruno, "/s/lucca/persone") == f"{NEW}?bozza={mine['form_token']}"


def test_the_form_that_was_sent_while_locked_is_open_after_the_password(
    bruno: PortalClient,
) -> None:
    with clock.stopped_at(NOON):
        old, late = opened(bruno), opened(bruno)
        keep(bruno, old, family_name="Diallo")
        lock(bruno, old)
    with clock.stopped_at(NOON + MINUTE):
        sent = bruno.post(NEW, data=late | {"family_name": "Sow"}).location
        answer = bruno.submit(sent, {"password": PASSWORD})
        assert answer.location == f"{NEW}?bozza={late['form_token']}"


@pytest.mark.parametrize(("name", "status"), [("bruno", 200), ("carla", 403)])
def test_a_locked_session_changes_nothing_of_the_account(
    visitor: PortalClient, world: World, app: Flask, name: str, status: int
) -> None:
    """Neither the desk that comes first nor the record of refusals: only the words of a draft."""
    someone = getattr(world, name)
    with clock.stopped_at(NOON):
        visitor.submit("/accedi", {"email": someone.email, "password": PASSWORD})
        token = visitor.soup("/conto").find("input", attrs={"name": "csrf_token"})
        assert token is not None
        passer = lock(visitor, {"csrf_token": str(token["value"])})
    before = _left(app, someone)
    with clock.stopped_at(NOON + MINUTE):
        assert keep(visitor, passer | {"form_token": str(uuid4())}).status_code == status
    assert _left(app, someone) == before


def _left(app: Flask, someone: Someone) -> list[object]:
    used = select(Membership.last_used_at).where(Membership.account_id == someone.id)
    events = select(func.count()).select_from(SecurityEvent)
    with app.app_context(), identity_scope(), unit_of_work():
        return [*db.session.scalars(used), db.session.scalar(events)]
