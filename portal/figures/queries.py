# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of the roll-up and of past totals; deleted totals count nowhere."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from portal.core.errors import NotHere
from portal.core.italy.periods import Period
from portal.core.store.database import db
from portal.figures.models import PastTotal, PeriodFigure
from portal.figures.rules import Counts, Nameless, knows_enquiries

PRESENT = PastTotal.deleted_at.is_(None)


def find_counts(period: Period) -> Counts | None:
    """The rolled-up figures of a named period; None when nothing was recorded in it."""
    figure = db.session.scalars(
        select(PeriodFigure).where(PeriodFigure.period == period.name)
    ).one_or_none()
    return None if figure is None else _counts(figure)


def list_counts() -> dict[str, Counts]:
    """All the roll-up of the desk, by the period's name; for verification."""
    return {figure.period: _counts(figure) for figure in db.session.scalars(select(PeriodFigure))}


def list_counts_of(names: Collection[str]) -> dict[str, Counts]:
    """The rolled-up figures of some named periods; those with no records are left out."""
    figures = PeriodFigure.__table__
    found = db.session.execute(select(figures).where(figures.c.period.in_(set(names))))
    return {figure.period: _counts(figure) for figure in found}


def _counts(figure: PeriodFigure | Row[Any]) -> Counts:
    return Counts(
        users=figure.users,
        users_by_sex={
            "F": figure.users_f,
            "M": figure.users_m,
            "X": figure.users_x,
            "N": figure.users_n,
        },
        visits=figure.visits,
        anonymous=figure.anonymous,
        topics=dict(figure.topics),
        nameless=Nameless.of_topics(figure.nameless),
    )


def find_past_total(period: Period) -> PastTotal | None:
    """The totals kept for exactly this period."""
    return db.session.scalars(
        select(PastTotal).where(PastTotal.period == period.name, PRESENT)
    ).one_or_none()


def get_past_total(past_total_id: UUID) -> PastTotal:
    """The totals with this id."""
    found = db.session.scalars(
        select(PastTotal).where(PastTotal.id == past_total_id, PRESENT)
    ).one_or_none()
    if found is None:
        raise NotHere
    return found


def find_deleted_past_total(past_total_id: UUID) -> PastTotal | None:
    """Totals that were taken out and may come back, as they stand now."""
    return db.session.scalars(
        select(PastTotal)
        .where(PastTotal.id == past_total_id, PastTotal.deleted_at.is_not(None))
        .execution_options(populate_existing=True)
    ).one_or_none()


def list_past_totals() -> list[PastTotal]:
    """All past totals, the newest period first."""
    return list(
        db.session.scalars(
            select(PastTotal).where(PRESENT).order_by(PastTotal.starts_on.desc(), PastTotal.period)
        )
    )


def list_past_totals_within(start: date, end: date) -> list[PastTotal]:
    """Past totals of periods that share a day with these dates."""
    return list(
        db.session.scalars(
            select(PastTotal)
            .where(PastTotal.starts_on <= end, PastTotal.ends_on >= start, PRESENT)
            .order_by(PastTotal.starts_on, PastTotal.period)
        )
    )


def counts_of(past_total: PastTotal) -> Counts:
    """Past totals as figures: visits and, where they were not kept, sexes are not known."""
    by_sex = None
    if past_total.users_f is not None and past_total.users_m is not None:
        by_sex = {"F": past_total.users_f, "M": past_total.users_m}
    return Counts(
        users=past_total.users,
        users_by_sex=by_sex,
        visits=None,
        anonymous=None,
        topics=dict(past_total.topics),
        knows_topics=knows_enquiries(past_total.topics, past_total.users),
        nameless=Nameless.kept(past_total.nameless, past_total.nameless_topics),
    )
