# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs: rows that say «there is something to do», and the notifier that tells a worker to look.

A job is inserted with what it is about, in the same transaction, under a unique key; the message
goes out after the commit and may be lost, repeated or refused by a broker that is away. The beat
notifies again of what is left (worker/schedule.py). The row carries no personal data.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import redis
from celery import Celery
from flask import current_app
from kombu.exceptions import OperationalError
from redis import RedisError
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from config.queue import WORKER, celery_settings
from portal.core import clock
from portal.core.store.database import PlatformTable, current_scope, db
from portal.core.store.locks import try_lock
from portal.core.store.unit import after_commit
from portal.core.work.frozen import find_frozen, is_frozen
from portal.core.work.job_names import JobName
from portal.core.work.logs import log

BROKER_AWAY = (OperationalError, RedisError, OSError)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
DOUBLINGS = 7
"""From half a minute to over an hour; a job that fails for weeks must not overflow."""
CLOCKS_DIFFER = timedelta(seconds=5)
"""At most, between two machines: a job asked for on one is due at once on the other."""
WAITING_PAUSE = timedelta(minutes=10)
"""Between two looks at what others have to do first."""
SILENCE_SECONDS = 5
"""After a broker was found away: meanwhile nothing is sent, so that no queue forms behind it."""
MESSAGE_SECONDS = 300
"""A message that waited longer is thrown away: the sweeper has asked again by then."""


class Job(PlatformTable):
    """One thing to do for one desk or network, or for an account, which is of neither; `subject`
    says which row, in its own slice.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint(
            "name", "desk_id", "network_id", "subject", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("num_nonnulls(desk_id, network_id) <= 1", name="one_owner"),
        Index("ix_job_open", "due_at", postgresql_where=text("finished_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(40))
    desk_id: Mapped[UUID | None] = mapped_column(ForeignKey("desk.id"))
    network_id: Mapped[UUID | None] = mapped_column(ForeignKey("network.id"))
    subject: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


def enqueue(
    name: JobName, subject: str, *, due_at: datetime | None = None, of_no_place: bool = False
) -> None:
    """Have `name` done about `subject` in the scope that is open; once, however often asked.

    `of_no_place`: whatever the scope, as a letter to an account is of no desk.
    """
    who = current_scope()
    statement = (
        insert(Job)
        .values(
            id=uuid4(),
            name=name,
            desk_id=None if of_no_place else who.desk_id,
            network_id=None if of_no_place else who.network_id,
            subject=subject,
            due_at=due_at or clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(Job.id)
    )
    job_id = db.session.scalar(statement)
    if job_id is not None and due_at is None:
        after_commit(lambda: notify_worker(job_id))


def open_at_desks(name: JobName, subject: str, desks: Select[UUID]) -> None:
    """Have `name` done about `subject` at each of these desks; once, however often asked."""
    _open(name, subject, Job.desk_id, desks)


def open_at_networks(name: JobName, subject: str, networks: Select[UUID]) -> None:
    """The same at each of these networks."""
    _open(name, subject, Job.network_id, networks)


def repeat_at_desks(name: JobName, desks: Select[UUID], *, every: timedelta) -> None:
    """Have `name` done again and again at each of these desks, so long after the last time.

    The first times are spread, so that none piles up.
    """
    place, now = desks.subquery(), clock.now()
    known = exists().where(Job.name == name, Job.desk_id == place.c.id)
    spread = literal(now) - func.random() * literal(every)
    _open(name, "", Job.desk_id, select(place.c.id).where(~known), finished_at=spread)
    db.session.execute(
        update(Job)
        .where(Job.name == name, Job.finished_at < now - every)
        .values(finished_at=None, attempts=0, due_at=now)
    )


def _open(
    name: JobName,
    subject: str,
    owner: InstrumentedAttribute[UUID | None],
    places: Select[Any],
    **more: ColumnElement[Any],
) -> None:
    """A row for each of the places, unless it has one; `more` are other columns of it."""
    place, now = places.subquery(), clock.now()
    values: dict[str, Any] = {
        "id": func.gen_random_uuid(),
        "name": literal(name.value),
        owner.key: place.c.id,
        "subject": literal(subject),
        "created_at": literal(now),
        "due_at": literal(now),
        "attempts": literal(0),
        **more,
    }
    rows = select(*values.values()).select_from(place)
    statement = insert(Job).from_select([*values], rows, include_defaults=False)
    db.session.execute(statement.on_conflict_do_nothing())


def enqueue_again(name: JobName, subject: str) -> None:
    """Have a job that was given up, in the scope that is open, done from its first attempt."""
    job = db.session.scalars(_of(name, subject)).one()
    job.finished_at, job.attempts, job.due_at = None, 0, clock.now()
    after_commit(lambda: notify_worker(job.id))


def get_job_id(name: JobName, subject: str) -> UUID:
    """The id of the job about this subject in the scope that is open, finished or not."""
    return db.session.scalars(_of(name, subject).with_only_columns(Job.id)).one()


def _of(name: JobName, subject: str) -> Select[Job]:
    who = current_scope()
    return select(Job).where(
        Job.name == name,
        Job.subject == subject,
        Job.desk_id.is_not_distinct_from(who.desk_id),
        Job.network_id.is_not_distinct_from(who.network_id),
    )


def working_on(job_id: UUID) -> AbstractContextManager[bool]:
    """Whether the job is ours for the block; false when somebody else is at it."""
    return try_lock(f"job {job_id}")


def notify_worker(job_id: UUID) -> None:
    """Tell a worker to look at a job; a broker that is away or frozen delays nobody.

    The message leaves from a thread of its own: a frozen broker takes two seconds to be given up,
    and no page waits for it. What is lost here is found by the sweeper.
    """
    notifier = _notifier(str(current_app.config["SETTINGS"].redis_url))
    notifier.thread.submit(notifier.notify, str(job_id))


def count_workers(*, seconds: float) -> int | None:
    """How many workers are connected; none when the broker does not say within so many seconds."""
    url = str(current_app.config["SETTINGS"].redis_url)
    patience = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    try:
        with redis.from_url(url, **patience) as client:
            names = {each["name"] for each in client.client_list()}
    except BROKER_AWAY:
        return None
    return sum(name.startswith(WORKER) for name in names)


@dataclass
class _Notifier:
    """The way to one broker, with the one thread that uses it."""

    celery: Celery
    thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="notifier")
    )
    silent_until: float = 0.0

    def notify(self, job_id: str) -> None:
        if time.monotonic() < self.silent_until:
            return
        try:
            self.celery.send_task("do_job", args=[job_id], expires=MESSAGE_SECONDS)
        except BROKER_AWAY:
            self.silent_until = time.monotonic() + SILENCE_SECONDS
            log.warning("broker away", extra={"facts": {"job": job_id}})
        except Exception as error:
            # Nobody looks at what a thread raises: unwritten, it would be lost.
            self.silent_until = time.monotonic() + SILENCE_SECONDS
            _log_broken(error, job=job_id)


def _log_broken(error: Exception, **facts: str) -> None:
    """The notifier itself is broken, and not the broker away: say where, without the words."""
    log.error("notifier broken", exc_info=error, extra={"facts": facts})


@cache
def _notifier(redis_url: str) -> _Notifier:
    celery = Celery("portal", set_as_current=False)
    celery.conf.update(celery_settings(redis_url))
    return _Notifier(celery)


# A forked process inherits the notifier but not its thread.
os.register_at_fork(after_in_child=_notifier.cache_clear)


def list_due(*, limit: int) -> list[UUID]:
    """The jobs that are due and not finished, the oldest first; none of a frozen portal."""
    statement = (
        select(Job.id)
        .where(Job.finished_at.is_(None), _is_due(clock.now()), ~is_frozen())
        .order_by(Job.due_at, Job.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Also what was asked for at once in an hour that is still to come: the clock was set back."""
    asked_ahead = and_(Job.created_at > now + CLOCKS_DIFFER, Job.due_at <= Job.created_at)
    return or_(Job.due_at <= now, asked_ahead)


def find_job(job_id: UUID) -> Job | None:
    """The job with this id, unless it is finished."""
    job = db.session.get(Job, job_id)
    return job if job and job.finished_at is None else None


def begin(job_id: UUID) -> Job | None:
    """The job with this id, unless it is finished, not due or frozen; the attempt counts from now.

    In a unit of its own, before the work: one that kills its worker has been tried all the same.
    A message may come at any time and as often as it likes; only the row says when to try.
    """
    job = find_job(job_id)
    if job is None or find_frozen():
        return None
    due = select(_is_due(clock.now() + CLOCKS_DIFFER)).where(Job.id == job_id)
    if not db.session.scalar(due):
        return None
    job.attempts += 1
    return job


def finish(job_id: UUID) -> None:
    """Nothing is left to do; in the transaction that did the last of it."""
    job = db.session.get_one(Job, job_id)
    job.finished_at = clock.now()


def postpone(job_id: UUID) -> None:
    """Look again later, the later the more attempts begun: half a minute, one, up to an hour."""
    job = db.session.get_one(Job, job_id)
    pause = FIRST_PAUSE * 2 ** min(max(job.attempts - 1, 0), DOUBLINGS)
    job.due_at = clock.now() + min(pause, LONGEST_PAUSE)


def retry_later(job_id: UUID) -> None:
    """Nothing failed: what the job waits for is not there yet, and may take months."""
    job = db.session.get_one(Job, job_id)
    job.attempts, job.due_at = 0, clock.now() + WAITING_PAUSE


@dataclass(frozen=True)
class OverdueJobs:
    """The jobs of a name that should be done and are not."""

    name: str
    count: int
    since: datetime


def list_waiting() -> list[OverdueJobs]:
    """Jobs that are due or have failed before, by name; those planned for later do not wait.

    What fails again and again waits since it was asked for; a first attempt, since it was due.
    """
    now = clock.now()
    since = case((Job.attempts > 1, Job.created_at), else_=func.least(Job.due_at, now))
    statement = (
        select(Job.name, func.count(), func.min(since))
        .where(Job.finished_at.is_(None), (Job.due_at <= now) | (Job.attempts > 0))
        .group_by(Job.name)
        .order_by(Job.name)
    )
    return [OverdueJobs(*row) for row in db.session.execute(statement)]
