# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of merges: which one made a card part of another, and which must be undone first."""

from uuid import UUID

from sqlalchemy import Integer, or_, select

from portal.core import clock
from portal.core.errors import NotHere
from portal.core.store.database import db
from portal.people.merging.rules import last_day
from portal.person_pages.models import PersonMerge


def get_merge(merge_id: UUID) -> PersonMerge:
    """The merge with this id, as it stands now; another desk's is not here."""
    merge = db.session.scalars(
        select(PersonMerge)
        .where(PersonMerge.id == merge_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if merge is None:
        raise NotHere
    return merge


def find_merge_of(left_id: UUID) -> PersonMerge | None:
    """The merge by which this card was made part of another, if it still stands."""
    return db.session.scalars(
        select(PersonMerge).where(PersonMerge.left_id == left_id, PersonMerge.undone_at.is_(None))
    ).one_or_none()


def find_later(merge: PersonMerge) -> PersonMerge | None:
    """Of the merges that build on this one the last, which must be undone first."""
    kept_id, version = merge.kept_id, merge.before["version"]
    found = None
    while later := _next(kept_id, version):
        found, kept_id, version = later, later.kept_id, later.before["version"]
    return found


def _next(kept_id: UUID, version: int) -> PersonMerge | None:
    """A merge of the card after it had this version: into it, or of it into another."""
    later = PersonMerge.before["version"].astext.cast(Integer) > version
    return db.session.scalars(
        select(PersonMerge)
        .where(
            PersonMerge.undone_at.is_(None),
            or_(
                (PersonMerge.kept_id == kept_id) & later,
                PersonMerge.left_id == kept_id,
            ),
        )
        .order_by(PersonMerge.merged_at.desc())
        .limit(1)
    ).one_or_none()


def can_be_undone(merge: PersonMerge) -> bool:
    """Whether it is not too late; a later merge may still stand in the way."""
    return bool(merge.before) and clock.today() <= last_day(merge.merged_at)
