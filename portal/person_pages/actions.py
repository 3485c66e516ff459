# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two cards of one person made one, and parted again; figures follow in the same transaction."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import update

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.store.database import current_scope, db
from portal.people import queries as people
from portal.people.merging import actions as cards
from portal.people.merging.actions import Absorbed
from portal.people.merging.rules import first_moment, last_day
from portal.people.rules import PersonFacts
from portal.person_pages import queries
from portal.person_pages.models import PersonMerge
from portal.visits import moving


class Undone(NamedTuple):
    """A merge that was undone, and the parts of the kept card that stay as written since."""

    merge: PersonMerge
    stayed: list[str]


def merge_people(
    *,
    kept_id: UUID,
    left_id: UUID,
    facts: PersonFacts,
    seen_versions: Mapping[UUID, int | None],
) -> PersonMerge:
    """Make two cards one, with the facts chosen; the same form sent twice is one merge.

    Of two operators who merge the same cards in opposite directions one wins; the other, who
    waited for the lock of both rows, is told so.
    """
    if kept_id == left_id:
        raise Refusal(_("È la stessa scheda: scegline un’altra."))
    before = cards.lock_cards((kept_id, left_id))
    done = queries.find_merge_of(left_id)
    if done is not None and done.kept_id == kept_id:
        return done
    absorbed = cards.absorb_card(
        kept_id=kept_id, left_id=left_id, facts=facts, seen_versions=seen_versions
    )
    visit_ids = moving.list_ids_of(left_id)
    moving.move_visits(
        visit_ids=visit_ids,
        from_id=left_id,
        to_id=kept_id,
        before=before,
        after=cards.lock_cards((kept_id, left_id)),
    )
    return _remembered(kept_id, left_id, absorbed, visit_ids)


def _remembered(
    kept_id: UUID, left_id: UUID, absorbed: Absorbed, visit_ids: Sequence[UUID]
) -> PersonMerge:
    """The merge with all that undoing it needs."""
    before = {
        "version": absorbed.version,
        "visits": sorted(map(str, visit_ids)),
        **absorbed.rows,
    }
    merge = PersonMerge(
        kept_id=kept_id, left_id=left_id, merged_by=current_scope().account_id, before=before
    )
    db.session.add(merge)
    db.session.flush()
    return merge


def undo_merge(*, merge_id: UUID) -> Undone:
    """Part two cards again: both as they were, each with its rows; a second time does nothing.

    A visit that came from the left card goes back to it, corrected or deleted as it may have been
    since; one recorded on the kept card after the merge, or given to it, stays there, because
    nobody can tell whose it was. So does what was written on the kept card since: of each fact
    the later telling stays, and the answer says which. A visit that meanwhile was given to
    somebody else, or to nobody, stays where it was put.
    """
    merge = queries.get_merge(merge_id)
    before = cards.lock_cards((merge.kept_id, merge.left_id))
    merge = queries.get_merge(merge_id)
    if people.get_person(merge.left_id).merged_into != merge.kept_id:
        return Undone(merge, [])
    _refuse_undo(merge)
    stayed = cards.give_back_card(kept_id=merge.kept_id, left_id=merge.left_id, rows=merge.before)
    moving.move_visits(
        visit_ids=[UUID(visit_id) for visit_id in merge.before["visits"]],
        from_id=merge.kept_id,
        to_id=merge.left_id,
        before=before,
        after=cards.lock_cards((merge.kept_id, merge.left_id)),
    )
    merge.undone_at, merge.undone_by = clock.now(), current_scope().account_id
    db.session.flush()
    return Undone(merge, stayed)


def forget_cards() -> None:
    """Of merges that cannot be undone any more keep that they were, and not the cards before."""
    db.session.execute(
        update(PersonMerge)
        .where(PersonMerge.merged_at < first_moment(clock.today()), PersonMerge.before != {})
        .values(before={}),
        execution_options={"synchronize_session": False},
    )


def _refuse_undo(merge: PersonMerge) -> None:
    if not queries.can_be_undone(merge):
        raise Refusal(
            _(
                "Questa unione si poteva annullare fino al %(day)s.",
                day=formats.day(last_day(merge.merged_at)),
            )
        )
    later = queries.find_later(merge)
    if later is not None:
        raise Refusal(
            _(
                "Prima annulla l’unione del %(day)s con %(name)s.",
                day=formats.day(clock.in_rome(later.merged_at).date()),
                name=people.list_names([later.left_id])[later.left_id],
            )
        )
