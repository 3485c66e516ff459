# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of a network."""

from flask import Blueprint, Response, g

from portal.core.access import Permission, needs
from portal.core.pages import page
from portal.desks.queries import list_desks

oversight = Blueprint("oversight", __name__)


@oversight.get("/r/<network>/")
@needs(Permission.OVERSEE)
def board() -> Response:
    return page("oversight/board.html", desks=list_desks(g.place.id))
