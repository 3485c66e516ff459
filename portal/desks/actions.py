# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of networks and desks."""

import re
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from portal.core.errors import Refusal
from portal.core.store.database import db
from portal.desks.models import Desk, Network

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def add_network(*, slug: str, name: str) -> Network:
    """Found a network."""
    _refuse_bad_names(slug, name)
    if db.session.scalar(select(Network.id).where(Network.slug == slug)):
        raise Refusal(_("La rete «%(slug)s» esiste già.", slug=slug), field="slug")
    network = Network(slug=slug, name=name)
    db.session.add(network)
    db.session.flush()
    return network


def add_desk(*, slug: str, name: str, network: Network, short_name: str = "") -> Desk:
    """Open a desk in a network; the short name stands in the bar of every page."""
    _refuse_bad_names(slug, name)
    if db.session.scalar(select(Desk.id).where(Desk.slug == slug)):
        raise Refusal(_("Lo sportello «%(slug)s» esiste già.", slug=slug), field="slug")
    desk = Desk(slug=slug, name=name, short_name=short_name or name[:40], network_id=network.id)
    db.session.add(desk)
    db.session.flush()
    return desk


def set_closing_days(place: Desk | Network, *, days: int | None) -> None:
    """Say how many days after the end of a half-year its edition makes itself; none: never."""
    place.closing_days = days
    db.session.flush()


def omit_from_report(desk: Desk, *, parts: Sequence[str]) -> None:
    """Say which parts the desk leaves out of its relazione."""
    desk.report_omits = list(parts)
    db.session.flush()


def hide_names(desk: Desk, *, hidden: bool) -> None:
    """Say whether the lists of a desk begin with initials or with names."""
    desk.hides_names = hidden
    db.session.flush()


def _refuse_bad_names(slug: str, name: str) -> None:
    if not SLUG.fullmatch(slug) or len(slug) > 60:
        raise Refusal(
            _(
                "Il nome breve «%(slug)s» non va: usa lettere minuscole, cifre e trattini.",
                slug=slug,
            ),
            field="slug",
        )
    if not name.strip() or len(name) > 200:
        raise Refusal(_("Il nome è vuoto o più lungo di 200 caratteri."), field="name")
