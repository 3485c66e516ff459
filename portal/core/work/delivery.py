# SPDX-License-Identifier: AGPL-3.0-or-later
"""The delivery of one letter of any kind: one row, never sent twice, never lost in silence.

A letter is claimed, marked `transmitting` before it is handed over, and settled; each step is
committed. Who finds it `transmitting` under the job's lock knows that its mailer died: whether it
arrived cannot be known, so it becomes uncertain and only a person has it sent again.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Generic, TypeVar
from uuid import UUID, uuid4

from flask import current_app
from sqlalchemy import String, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.errors import NotHere
from portal.core.store.database import Model, db
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.job_names import SENDING, JobName
from portal.core.work.letter_states import INTERNAL, OVER, UNDER_WAY, gives_up
from portal.core.work.mail import Letter, Outcome, transmit

STATES = "state IN ('queued', 'claimed', 'transmitting', 'sent', 'failed', 'uncertain')"


class LetterRow(Model):
    """One letter to one reader; its id is in the Message-ID, so a repeat can be recognised.

    `transmitting` is committed before the message is handed over: who dies after it leaves an
    uncertain letter, which nobody sends again by itself. The row says neither the address nor the
    text: both are read, and written, when it leaves.
    """

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    state: Mapped[str] = mapped_column(String(12), default="queued")
    said: Mapped[str] = mapped_column(String(200), default="")
    """What the server answered, its code and class, or why the letter did not leave."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


RowT = TypeVar("RowT", bound=LetterRow)


class Overtaken(Exception):
    """The letter was taken, or has lost its reason, meanwhile: ours must not leave."""


@dataclass(frozen=True)
class LetterType(Generic[RowT]):
    """What tells the letters of one kind from those of another."""

    table: type[RowT]
    job: JobName
    write: Callable[[RowT], Letter | str | None]
    """The letter; or a word for why it must not leave, which becomes its `said`; or None while
    what it is about is being made anew, and it waits.
    """
    may_leave: Callable[[RowT], bool]
    """Asked once more before the message is handed over: has it still its reason?"""

    def __post_init__(self) -> None:
        # A restored copy ends the jobs that send (embedded/backup.py).
        if self.job not in SENDING:
            raise ValueError(f"{self.job} is not among the jobs that send letters")


def queue_letter(
    kind: LetterType[RowT], *, of_no_place: bool = False, **values: UUID | date
) -> None:
    """Have a letter sent; once, however often asked: `values` are what its table makes unique."""
    statement = (
        insert(kind.table)
        .values(id=uuid4(), **values)
        .on_conflict_do_nothing()
        .returning(kind.table.id)
    )
    letter_id = db.session.scalar(statement)
    if letter_id is not None:
        jobs.enqueue(kind.job, str(letter_id), of_no_place=of_no_place)


def queue_again(kind: LetterType[RowT], letter: RowT) -> None:
    """A person decided that a letter is worth a second try, at the risk of a repeat.

    The Message-ID stays, so that a server or a reader can tell a repeat. The job is named after
    the outcome that it answers: two clicks are one.
    """
    subject = f"{letter.id} {letter.changed_at:%Y%m%d%H%M%S%f}"
    _move(letter, "queued")
    jobs.enqueue(kind.job, subject)


def letter_of(subject: str) -> UUID:
    """The letter that a job is about."""
    return UUID(subject.partition(" ")[0])


def get_letter(table: type[RowT], letter_id: UUID, *, for_change: bool = False) -> RowT:
    """The letter with this id; for a change, once nobody else is changing it."""
    statement = select(table).where(table.id == letter_id)
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotHere
    return found


def hold_back_letters(table: type[LetterRow]) -> int:
    """After a copy came back: what was on its way may have left since; how many those are."""
    statement = select(table).where(table.state.in_(UNDER_WAY)).order_by(table.id)
    letters = db.session.scalars(statement.with_for_update()).all()
    for letter in letters:
        _move(letter, "uncertain", letter.said)
    return len(letters)


def _move(letter: LetterRow, state: str, said: str = "") -> None:
    letter.state, letter.said, letter.changed_at = state, said, clock.now()
    db.session.flush()


# One letter, step by step. Run under the job's lock, outside any unit of work (worker/run.py).


def deliver(kind: LetterType[RowT], *, letter_id: UUID, job_id: UUID) -> None:
    """Go on from the step that was reached."""
    try:
        with unit_of_work():
            letter = _claim(kind, letter_id, job_id)
        if letter is None:
            return
        begin_data = partial(_begin_data, kind, letter_id)
        outcome = transmit(letter, current_app.config["SETTINGS"], begin_data)
    except Overtaken:
        with unit_of_work():
            jobs.postpone(job_id)
        return
    except Exception:
        # The error itself goes on to the log; a database that is away cannot be told of it.
        with suppress(SQLAlchemyError), unit_of_work():
            _blame_ourselves(kind, letter_id)
        raise
    with unit_of_work():
        _settle(kind, letter_id, job_id, outcome)


def _claim(kind: LetterType[RowT], letter_id: UUID, job_id: UUID) -> Letter | None:
    """The letter to send now, if it is still to be sent."""
    row = get_letter(kind.table, letter_id, for_change=True)
    job = jobs.find_job(job_id)
    if job is None:
        return None
    if row.state in OVER:
        pass
    elif row.state == "transmitting":
        _move(row, "uncertain", row.said)
    elif gives_up(job.created_at, job.attempts, clock.now()):
        _move(row, "failed", row.said or INTERNAL)
    else:
        letter = kind.write(row)
        if letter is None:
            jobs.retry_later(job_id)
            return None
        if isinstance(letter, Letter):
            _move(row, "claimed", row.said)
            return letter
        _move(row, "failed", letter)
    jobs.finish(job_id)
    return None


def _blame_ourselves(kind: LetterType[RowT], letter_id: UUID) -> None:
    """Nothing has left, and no server is the reason."""
    row = get_letter(kind.table, letter_id, for_change=True)
    if row.state in ("queued", "claimed"):
        _move(row, "queued", INTERNAL)


def _begin_data(kind: LetterType[RowT], letter_id: UUID) -> None:
    """Say that the message is about to be handed over, before it is."""
    with unit_of_work():
        row = get_letter(kind.table, letter_id, for_change=True)
        # Whatever took its reason away while the server was reached: the next claim says so.
        if row.state != "claimed" or not kind.may_leave(row):
            raise Overtaken
        _move(row, "transmitting")


def _settle(kind: LetterType[RowT], letter_id: UUID, job_id: UUID, outcome: Outcome) -> None:
    """Write down what became of a letter; «sent» is knowledge, whatever was believed meanwhile."""
    row = get_letter(kind.table, letter_id, for_change=True)
    ours = row.state in ("claimed", "transmitting")
    if outcome.state == "later":
        if ours:
            _move(row, "queued", outcome.said)
        jobs.postpone(job_id)
        return
    if ours or outcome.state == "sent":
        _move(row, outcome.state, outcome.said)
    jobs.finish(job_id)
