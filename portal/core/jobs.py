# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs: rows that say «there is something to do», and the bell that tells a worker to look.

A job is inserted with what it is about, in the same transaction, under a unique key; the message
goes out after the commit and may be lost, repeated or refused by a broker that is away. A sweeper
rings again for what is left (worker/schedule.py). The row carries no personal data.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

from celery import Celery
from flask import current_app
from kombu.exceptions import OperationalError
from redis import RedisError
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from config.queue import celery_settings
from portal.core import clock
from portal.core.database import PlatformTable, db, speaker
from portal.core.logs import log
from portal.core.unit import after_commit

LONGEST_PAUSE = timedelta(hours=1)


class Job(PlatformTable):
    """One thing to do for one desk or network; `subject` says which row, in its own slice."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint(
            "name", "desk_id", "network_id", "subject", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("num_nonnulls(desk_id, network_id) = 1", name="one_owner"),
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


def enqueue(name: str, subject: str, *, due_at: datetime | None = None) -> None:
    """Have `name` done about `subject` in the scope that is open; once, however often asked."""
    who = speaker()
    statement = (
        insert(Job)
        .values(
            id=uuid4(),
            name=name,
            desk_id=who.desk_id,
            network_id=who.network_id,
            subject=subject,
            due_at=due_at or clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(Job.id)
    )
    job_id = db.session.scalar(statement)
    if job_id is not None and due_at is None:
        after_commit(lambda: ring(job_id))


def ring(job_id: UUID) -> None:
    """Tell a worker to look at a job; a broker that is away or frozen delays nobody.

    The message leaves from a thread of its own: a frozen broker takes two seconds to be given up,
    and no page waits for it. What is lost here is found by the sweeper.
    """
    _bellman().submit(_send, str(current_app.config["SETTINGS"].redis_url), str(job_id))


def _send(redis_url: str, job_id: str) -> None:
    try:
        _bell(redis_url).send_task("work", args=[job_id])
    except (OperationalError, RedisError, OSError):
        log.warning("broker away", extra={"facts": {"job": job_id}})


@cache
def _bellman() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="bell")


@cache
def _bell(redis_url: str) -> Celery:
    bell = Celery("portal")
    bell.conf.update(celery_settings(redis_url))
    return bell


def list_due(*, limit: int) -> list[UUID]:
    """The jobs that are due and not finished, the oldest first."""
    statement = (
        select(Job.id)
        .where(Job.finished_at.is_(None), Job.due_at <= clock.now())
        .order_by(Job.due_at, Job.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def find_job(job_id: UUID) -> Job | None:
    """The job with this id, unless it is finished."""
    job = db.session.get(Job, job_id)
    return job if job and job.finished_at is None else None


def finish(job_id: UUID) -> None:
    """Nothing is left to do; in the transaction that did the last of it."""
    job = db.session.get_one(Job, job_id)
    job.finished_at = clock.now()


def postpone(job_id: UUID) -> None:
    """Look again later, each time a little later: half a minute, one, two, four, up to an hour."""
    job = db.session.get_one(Job, job_id)
    job.due_at = clock.now() + min(timedelta(seconds=30) * 2**job.attempts, LONGEST_PAUSE)
    job.attempts += 1


def count_open() -> dict[str, int]:
    """How many jobs of each name are not finished."""
    statement = select(Job.name, func.count()).where(Job.finished_at.is_(None)).group_by(Job.name)
    return dict(db.session.execute(statement).tuples().all())
