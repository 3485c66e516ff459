# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody is typing and has not saved yet, kept on the server as it is typed.

A draft belongs to one account at one desk and carries the token of its form. Saving the form
settles it in the same transaction: its words go, and what is left of the row says that the form
was saved, and as what, so that nothing that arrives late brings it back.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
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
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.store.database import DeskTable, db, speaker

View = TypeVar("View", bound=Callable)
Fields = list[tuple[str, str]]
"""The fields of a form as they would be sent, without those that only the program reads."""

KEPT = timedelta(days=14)
"""A draft that nobody came back to is thrown away: it holds data of persons."""
REMEMBERED = timedelta(days=1)
"""How long it is known that a form was saved: its page cannot be sent after its session ended."""
LARGEST = 20_000
MOST = 30
MOST_WHILE_LOCKED = 3
NOT_TYPED = frozenset({"csrf_token", "form_token"})


class Draft(DeskTable):
    """The fields of one form, and the page of the desk on which it is taken up again."""

    __tablename__ = "draft"
    __table_args__ = (Index(None, "desk_id", "account_id", "kept_at"),)

    form_token: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    page: Mapped[str] = mapped_column(String(200))
    fields: Mapped[list[list[str]]] = mapped_column(JSONB)
    number: Mapped[int] = mapped_column(BigInteger, default=0)
    begun_at: Mapped[datetime] = mapped_column(default=clock.now)
    kept_at: Mapped[datetime] = mapped_column(default=clock.now)
    settled_at: Mapped[datetime | None]
    sent: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """The hash of what was saved with this token; a twin of the form is compared with it."""

    @property
    def is_waiting(self) -> bool:
        """Not saved, and something in it: without fields, what was typed was taken back."""
        return self.settled_at is None and bool(self.fields)

    @property
    def is_discarded(self) -> bool:
        """Thrown away, and its words are still there to be taken up again."""
        return self.settled_at is not None and bool(self.fields)


class Kept(NamedTuple):
    """What stands on the server now; `number` is that of the browser's request that wrote it."""

    at: datetime
    number: int
    settled: bool


class Saved(NamedTuple):
    """When a form was saved, and the hash of what it said."""

    at: datetime
    sent: bytes


def resumes_drafts(view: View) -> View:
    """A page that fills its form from the draft named in its address as `bozza`."""
    view.resumes_drafts = True  # type: ignore[attr-defined]
    return view


def typed_in(sent: Iterable[tuple[str, str]]) -> Fields:
    """What a person typed, of all that a form sends; the version stays, for conflicts."""
    return [(name, value) for name, value in sent if name.rpartition("-")[2] not in NOT_TYPED]


def digest(sent: Iterable[tuple[str, str]]) -> bytes:
    """The hash of what a form says, by which a twin of it is told from another content."""
    said = [field for field in typed_in(sent) if field[0] != "version"]
    return hashlib.sha256(json.dumps(said).encode()).digest()


def keep(
    *,
    form_token: UUID,
    page: str,
    fields: Fields,
    number: int,
    locked_at: datetime | None = None,
) -> Kept:
    """Keep what a form holds now, unless something newer is kept or the form was saved.

    Beyond MOST drafts the oldest goes. A session that has been locked since `locked_at` is
    refused instead: it goes on with what is there, and begins few.
    """
    _refuse_large(fields)
    if locked_at is not None and _find(form_token) is None:
        _refuse_many(locked_at)
    statement = _kept(form_token=form_token, page=page, fields=fields, number=number)
    written = db.session.execute(statement).one_or_none()
    if written is None:
        return _standing(form_token)
    if written.is_new:
        _evict()
    return Kept(written.kept_at, written.number, settled=False)


def find_draft(form_token: UUID) -> Draft | None:
    """The draft of this form, if it is the speaker's own; None once the form was saved."""
    draft = _find(form_token)
    return draft if draft and draft.is_waiting else None


def get_draft(form_token: UUID) -> Draft | None:
    """The same, for an address that names it: somebody else's is not there."""
    draft = _find(form_token)
    if draft is None:
        raise NotHere
    return draft if draft.is_waiting else None


def find_latest(*, since: datetime, begun_before: datetime) -> Draft | None:
    """What the speaker wrote last since a moment, of what was begun before another."""
    newest = [draft for draft in list_drafts() if draft.begun_at < begun_before][:1]
    return newest[0] if newest and newest[0].kept_at >= since else None


def list_drafts() -> list[Draft]:
    """The speaker's own drafts at this desk, the latest first."""
    statement = select(Draft).where(_own(), _waiting())
    return list(db.session.scalars(statement.order_by(Draft.kept_at.desc())))


def find_saved(form_token: UUID) -> Saved | None:
    """That a form was saved, while it is remembered."""
    statement = select(Draft.settled_at, Draft.sent).where(
        Draft.form_token == form_token, _own(), Draft.sent.is_not(None)
    )
    for settled_at, sent in db.session.execute(statement):
        if settled_at and sent:
            return Saved(settled_at, sent)
    return None


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
    told = {"form_token": form_token, "account_id": speaker().account_id, "now": clock.now()}
    return db.session.execute(SETTLE, told | {"sent": sent}).scalar() is True


def discard(form_token: UUID) -> None:
    """Throw a draft away; only the last one thrown away keeps its words, for whoever regrets it."""
    draft = get_draft(form_token)
    _forget_discarded(_own())
    if draft is not None:
        draft.settled_at = clock.now()
        db.session.flush()


def find_discarded(form_token: UUID) -> Draft | None:
    """A draft of the speaker's own that was thrown away and can still be taken up."""
    draft = _find(form_token)
    return draft if draft and draft.is_discarded else None


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
        form_token=form_token, account_id=speaker().account_id, begun_at=now, **changed
    )
    is_new = literal_column("xmax = 0", Boolean).label("is_new")
    return statement.on_conflict_do_update(
        index_elements=["desk_id", "form_token"],
        set_=changed,
        where=_own() & Draft.settled_at.is_(None) & (Draft.number < number),
    ).returning(Draft.kept_at, Draft.number, is_new)


def _standing(form_token: UUID) -> Kept:
    draft = _find(form_token)
    if draft is None:
        raise NotHere
    return Kept(draft.kept_at, draft.number, settled=draft.settled_at is not None)


def _find(form_token: UUID) -> Draft | None:
    statement = select(Draft).where(Draft.form_token == form_token, _own())
    return db.session.scalars(statement).one_or_none()


def _evict() -> None:
    too_many = (
        select(Draft.form_token)
        .where(_own(), _waiting())
        .order_by(Draft.kept_at.desc())
        .offset(MOST)
    )
    db.session.execute(delete(Draft).where(Draft.form_token.in_(too_many), _own()))


def _refuse_many(locked_at: datetime) -> None:
    """Whoever holds the cookie of a locked session must not push out what its owner wrote."""
    kept = list_drafts()
    begun = [draft for draft in kept if draft.begun_at >= locked_at]
    if len(kept) >= MOST or len(begun) >= MOST_WHILE_LOCKED:
        raise Refusal(_("Ci sono troppe bozze in sospeso."))


def _refuse_large(fields: Fields) -> None:
    if sum(len(name) + len(value) for name, value in fields) > LARGEST:
        raise Refusal(_("La bozza è troppo lunga: salva il modulo."))


def _own() -> ColumnElement[bool]:
    return Draft.account_id == speaker().account_id


def _waiting() -> ColumnElement[bool]:
    return Draft.settled_at.is_(None) & (Draft.fields != [])
