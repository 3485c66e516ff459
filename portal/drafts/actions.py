# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody is typing and has not saved yet, kept on the server as it is typed.

A draft belongs to one account at one desk and carries the token of its form. Saving the form
settles it in the same transaction: its words go, and what is left of the row says that the form
was saved, and as what, so that nothing that arrives late brings it back.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    LargeBinary,
    Uuid,
    bindparam,
    delete,
    literal_column,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.store.database import current_scope, db
from portal.drafts.models import Draft
from portal.drafts.queries import find, find_discarded, get_draft, list_drafts, own, waiting
from portal.drafts.rules import KEPT, LARGEST, MOST, MOST_WHILE_LOCKED, REMEMBERED, Fields


class StoredDraft(NamedTuple):
    """What stands on the server now; `number` is that of the browser's request that wrote it."""

    at: datetime
    number: int
    settled: bool


def keep(
    *,
    form_token: UUID,
    page: str,
    fields: Fields,
    number: int,
    locked_at: datetime | None = None,
) -> StoredDraft:
    """Keep what a form holds now, unless something newer is kept or the form was saved.

    Beyond MOST drafts the oldest goes. A session that has been locked since `locked_at` is
    refused instead: it goes on with what is there, and begins few.
    """
    _refuse_large(fields)
    if locked_at is not None and find(form_token) is None:
        _refuse_many(locked_at)
    statement = _kept(form_token=form_token, page=page, fields=fields, number=number)
    written = db.session.execute(statement).one_or_none()
    if written is None:
        return _standing(form_token)
    if written.is_new:
        _evict()
    return StoredDraft(written.kept_at, written.number, settled=False)


SETTLE = text(
    """
INSERT INTO draft AS d
    (form_token, account_id, page, fields, number, begun_at, kept_at, settled_at, sent)
VALUES (:form_token, :account_id, '', '[]', 0, :now, :now, :now, :sent)
ON CONFLICT (desk_id, form_token) DO UPDATE
    SET page = '', fields = '[]', settled_at = :now, sent = :sent
    WHERE d.account_id = :account_id AND d.settled_at IS NULL
RETURNING true
"""
).bindparams(
    bindparam("form_token", type_=Uuid), bindparam("account_id", type_=Uuid),
    bindparam("now", type_=DateTime(timezone=True)), bindparam("sent", type_=LargeBinary),
)  # fmt: skip


def settle(form_token: UUID | None, *, sent: bytes | None = None) -> bool:
    """The form is saved, or its draft is thrown away: nothing of its words is left.

    False where it was settled before. A twin of the form on its way waits here for the other's
    end, because both write one row.
    """
    if form_token is None:
        return False
    told = {"form_token": form_token, "account_id": current_scope().account_id, "now": clock.now()}
    return db.session.execute(SETTLE, told | {"sent": sent}).scalar() is True


def discard(form_token: UUID) -> None:
    """Throw a draft away; only the last one thrown away keeps its words, for whoever regrets it."""
    draft = get_draft(form_token)
    _forget_discarded(own())
    if draft is not None:
        draft.settled_at = clock.now()
        db.session.flush()


def take_up(form_token: UUID) -> Draft:
    """Bring back a draft that was thrown away; NotHere where nothing is left of it."""
    draft = find_discarded(form_token)
    if draft is None:
        raise NotHere
    draft.settled_at = None
    db.session.flush()
    return draft


def sweep() -> None:
    """Throw away the drafts that nobody came back to, and what is left of those saved."""
    now = clock.now()
    _forget_discarded(true())
    old = or_(Draft.kept_at < now - KEPT, Draft.settled_at < now - REMEMBERED)
    db.session.execute(delete(Draft).where(old))


def _forget_discarded(whose: ColumnElement[bool]) -> None:
    """Nothing is left of their words."""
    db.session.execute(
        update(Draft)
        .where(whose, Draft.settled_at.is_not(None), Draft.fields != [])
        .values(page="", fields=[])
    )


def _kept(
    *, form_token: UUID, page: str, fields: Fields, number: int
) -> ReturningInsert[datetime, int, bool]:
    now = clock.now()
    changed: dict[str, Any] = {
        "page": page, "fields": [list(field) for field in fields], "number": number, "kept_at": now,
    }  # fmt: skip
    statement = insert(Draft).values(
        form_token=form_token, account_id=current_scope().account_id, begun_at=now, **changed
    )
    is_new = literal_column("xmax = 0", Boolean).label("is_new")
    return statement.on_conflict_do_update(
        index_elements=["desk_id", "form_token"],
        set_=changed,
        where=own() & Draft.settled_at.is_(None) & (Draft.number < number),
    ).returning(Draft.kept_at, Draft.number, is_new)


def _standing(form_token: UUID) -> StoredDraft:
    draft = find(form_token)
    if draft is None:
        raise NotHere
    return StoredDraft(draft.kept_at, draft.number, settled=draft.settled_at is not None)


def _evict() -> None:
    too_many = (
        select(Draft.form_token).where(own(), waiting()).order_by(Draft.kept_at.desc()).offset(MOST)
    )
    db.session.execute(delete(Draft).where(Draft.form_token.in_(too_many), own()))


def _refuse_many(locked_at: datetime) -> None:
    """Whoever holds the cookie of a locked session must not push out what its owner wrote."""
    kept = list_drafts()
    begun = [draft for draft in kept if draft.begun_at >= locked_at]
    if len(kept) >= MOST or len(begun) >= MOST_WHILE_LOCKED:
        raise Refusal(_("Ci sono troppe bozze in sospeso."))


def _refuse_large(fields: Fields) -> None:
    if sum(len(name) + len(value) for name, value in fields) > LARGEST:
        raise Refusal(_("La bozza è troppo lunga: salva il modulo."))


def pass_drafts_on(account_id: UUID, *, to: UUID | None) -> int:
    """Give what somebody has begun at the desk in scope, and not saved, to who goes on from it."""
    if to is None:
        return 0
    waiting_ones = (Draft.account_id == account_id) & waiting()
    passed = db.session.execute(
        update(Draft).where(waiting_ones).values(account_id=to).returning(Draft.form_token)
    )
    return len(passed.all())
