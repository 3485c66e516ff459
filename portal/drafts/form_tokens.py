# SPDX-License-Identifier: AGPL-3.0-or-later
"""Double click, double submit, a retry by a proxy: the second gets the first's record.

A form that creates carries a random token, unique in the desk's table. The second of two
simultaneous submits waits for the first, at the row of its draft or at an advisory lock, so that it
finds the record instead of breaking on the unique key. A second submit that says something else is
refused, never lost unseen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Mapped

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.store.database import db
from portal.core.store.locks import lock
from portal.drafts import actions as drafts
from portal.drafts.queries import find_saved


class SentOnce:
    """What a table has whose rows a form creates: the token of that form, none of other rows."""

    form_token: Mapped[UUID | None]


Record = TypeVar("Record", bound=SentOnce)


@dataclass(frozen=True)
class Sending:
    """The form that is being saved: its token, the hash of its words, whether it is the first."""

    token: UUID | None
    digest: bytes
    is_first: bool


_sending: ContextVar[Sending | None] = ContextVar("sending", default=None)


class AlreadySaved(Refusal):
    """The form was saved before, and said something else then."""


@contextmanager
def sending(form_token: UUID | None, digest: bytes) -> Iterator[None]:
    """What the block saves is this form, of this content; its draft is settled with it."""
    first = drafts.settle(form_token, sent=digest)
    token = _sending.set(Sending(form_token, digest, first))
    try:
        yield
    finally:
        _sending.reset(token)


def is_sent_again(form_token: UUID | None) -> bool:
    """Whether the form that is being saved was settled before: what it finds may be its own."""
    form = _sending.get()
    return form is not None and form.token == form_token and not form.is_first


def find_by_form_token(table: type[Record], form_token: UUID | None) -> Record | None:
    """The record that the same form created before, after waiting for a twin on its way."""
    form = _sending.get()
    if form_token is None or (form and form.is_first and form.token == form_token):
        return None
    lock(str(form_token))
    found = db.session.scalars(select(table).where(table.form_token == form_token)).one_or_none()
    if found is not None and form is not None:
        _refuse_another_content(form_token, form.digest)
    return found


def _refuse_another_content(form_token: UUID, digest: bytes) -> None:
    saved = find_saved(form_token)
    if saved and saved.sent != digest:
        hour = formats.hour(clock.in_rome(saved.at))
        raise AlreadySaved(
            _(
                "Questo modulo era già stato salvato alle %(hour)s, con altri dati. Quello che hai"
                " scritto adesso è qui sotto: salvando di nuovo crei un’altra registrazione.",
                hour=hour,
            )
        )
