# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public version of an edition: made once, then the same files for whoever asks."""

from uuid import UUID

from flask import Response, abort

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.core.web.access import Permission, needs
from portal.core.web.pages import download, redirect_to
from portal.reports.disclosure.disclose import disclose
from portal.reports.disclosure.sheets import Audience
from portal.reports.disclosure.told import find_disclosure
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.publication.public_files import PUBLIC_FORMATS, public_file
from portal.reports.views import reports


@reports.post("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/pubblicabile")
@needs(Permission.APPROVE_REPORTS)
def make_public_version(edition_id: UUID) -> Response:
    """Make it of this edition, unless it is made already."""
    disclose(edition_id=edition_id, audience=Audience.PUBLIC)
    return redirect_to("reports.edition", edition_id=edition_id, _anchor="pubblicabile")


@reports.get("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/pubblicabile.<format>")
@needs(Permission.READ_REPORTS)
@limited(Act.EXPORT)
def download_public_version(edition_id: UUID, format: str) -> Response:
    """One of its files; none where it was not made."""
    edition = editions.get_edition(DESK, edition_id)
    disclosure = find_disclosure(edition_id, Audience.PUBLIC)
    if disclosure is None or format not in PUBLIC_FORMATS:
        abort(404)
    file = public_file(edition, disclosure, format)
    stem, _dot, ending = file.name.rpartition(".")
    name = f"{stem}-{edition.period}-edizione-{edition.number}.{ending}".replace("/", "-")
    return download(file.content, name=name, media_type=file.media_type)
