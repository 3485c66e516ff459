# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may ask the desk for: who saw or changed the card, and a copy of all the data."""

from uuid import UUID

from flask import Response, request, url_for

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.accounts.queries import list_names
from portal.core.errors import NotHere
from portal.core.store.audit import record_read
from portal.core.web.access import Permission, needs
from portal.core.web.pages import download, page, redirect_to
from portal.people import queries as people
from portal.people.queries import trail as trails
from portal.people.rules import display_name
from portal.person_pages import subject_copy
from portal.person_pages.views import person_pages


@person_pages.get("/s/<desk>/persone/<uuid:person_id>/registro")
@needs(Permission.EDIT_PEOPLE)
def trail(person_id: UUID) -> Response:
    """Who saw or changed the card, and when; no value."""
    kept_id = people.find_kept(person_id)
    if kept_id != person_id:
        return redirect_to("person_pages.trail", person_id=kept_id)
    found = trails.list_trail(person_id, request.args.get("pagina", 1, type=int))
    record_read("person", person_id)
    return page(
        "person_pages/trail.html",
        person_id=person_id,
        name=people.list_names([person_id])[person_id],
        trail=found,
        names=list_names(row.account_id for row in found.rows),
        previous_url=_address(person_id, found.number - 1) if found.number > 1 else None,
        next_url=_address(person_id, found.number + 1) if found.has_next else None,
    )


@person_pages.get("/s/<desk>/persone/<uuid:person_id>/copia")
@needs(Permission.EDIT_PEOPLE)
def subject_page(person_id: UUID) -> Response:
    """All that is held, to be printed and handed over."""
    person = people.get_person(person_id)
    if person.merged_into:
        return redirect_to("person_pages.subject_page", person_id=people.find_kept(person_id))
    record_read(trails.COPY, person_id)
    return page(
        "person_pages/subject_copy.html",
        person_id=person_id,
        name=display_name(person),
        sections=subject_copy.sections_of(person_id),
    )


@person_pages.get("/s/<desk>/persone/<uuid:person_id>/copia.<format>")
@needs(Permission.EDIT_PEOPLE)
@limited(Act.EXPORT)
def subject_file(person_id: UUID, format: str) -> Response:
    """The same as a file."""
    kept_id = people.find_kept(person_id)
    if format not in subject_copy.FORMATS:
        raise NotHere
    record_read(trails.COPY, kept_id)
    body = subject_copy.file_of(subject_copy.sections_of(kept_id), format)
    return download(body, name=f"dati.{format}", media_type=subject_copy.FORMATS[format])


def _address(person_id: UUID, number: int) -> str:
    return url_for("person_pages.trail", person_id=person_id, pagina=number)
