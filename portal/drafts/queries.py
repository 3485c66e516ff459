# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of drafts: the account's own and nobody else's."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select

from portal.core.errors import NotHere
from portal.core.store.database import current_scope, db
from portal.drafts.models import Draft


class Saved(NamedTuple):
    """When a form was saved, and the hash of what it said."""

    at: datetime
    sent: bytes


def find_draft(form_token: UUID) -> Draft | None:
    """The draft of this form, if it is the account's own; None once the form was saved."""
    draft = find(form_token)
    return draft if draft and draft.is_waiting else None


def get_draft(form_token: UUID) -> Draft | None:
    """The same, for an address that names it: somebody else's is not there."""
    draft = find(form_token)
    if draft is None:
        raise NotHere
    return draft if draft.is_waiting else None


def find_latest(*, since: datetime, begun_before: datetime) -> Draft | None:
    """What the account wrote last since a moment, of what was begun before another."""
    newest = [draft for draft in list_drafts() if draft.begun_at < begun_before][:1]
    return newest[0] if newest and newest[0].kept_at >= since else None


def list_drafts() -> list[Draft]:
    """The account's own drafts at this desk, the latest first."""
    statement = select(Draft).where(own(), waiting())
    return list(db.session.scalars(statement.order_by(Draft.kept_at.desc())))


def find_saved(form_token: UUID) -> Saved | None:
    """That a form was saved, while it is remembered."""
    statement = select(Draft.settled_at, Draft.sent).where(
        Draft.form_token == form_token, own(), Draft.sent.is_not(None)
    )
    for settled_at, sent in db.session.execute(statement):
        if settled_at and sent:
            return Saved(settled_at, sent)
    return None


def find_discarded(form_token: UUID) -> Draft | None:
    """A draft of the account's own that was thrown away and can still be taken up."""
    draft = find(form_token)
    return draft if draft and draft.is_discarded else None


def find(form_token: UUID) -> Draft | None:
    """The row of this form, saved, thrown away or waiting."""
    statement = select(Draft).where(Draft.form_token == form_token, own())
    return db.session.scalars(statement).one_or_none()


def own() -> ColumnElement[bool]:
    """That a draft is the account's."""
    return Draft.account_id == current_scope().account_id


def waiting() -> ColumnElement[bool]:
    """That a draft was neither saved nor emptied."""
    return Draft.settled_at.is_(None) & (Draft.fields != [])
