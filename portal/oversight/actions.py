# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk lets its network see: the figures of an approved edition, and nothing else."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, or_
from sqlalchemy.dialects.postgresql import insert

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.store.database import db, scoped_desk
from portal.desks.queries import get_desk
from portal.oversight.models import PublishedFigure
from portal.reports.editions.desk import DESK
from portal.reports.editions.lifecycle import get_edition
from portal.reports.publication.for_network import for_network


def publish_edition(*, edition_id: UUID) -> None:
    """Write the figures of an approved edition for the network; an older one changes nothing.

    In the desk's own scope: its policy lets it write for itself and for its own network alone.
    """
    edition = get_edition(DESK, edition_id)
    if edition.approved_at is None:
        raise Refusal(_("L’edizione non è approvata: la rete vede solo quelle approvate."))
    statement = insert(PublishedFigure).values(
        network_id=get_desk(scoped_desk()).network_id,
        period=edition.period,
        number=edition.number,
        figures=for_network(edition),
        approved_at=edition.approved_at,
        published_at=clock.now(),
    )
    new, old = statement.excluded, PublishedFigure
    newer = and_(new.number == old.number, new.figures != old.figures)
    db.session.execute(
        statement.on_conflict_do_update(
            constraint="pk_published_figure",
            set_={name: new[name] for name in ("number", "figures", "approved_at", "published_at")},
            where=or_(new.number > old.number, newer),
        )
    )
