# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk says of its own relazione: the manager's words and the Word template."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update

from portal.core import clock
from portal.core.errors import Conflict, NotHere
from portal.core.store.database import current_scope, db
from portal.core.store.locks import lock
from portal.reports.models import ReportTemplate, ReportText
from portal.reports.relazione.model import Texts


def find_text(period: str) -> ReportText | None:
    """What was written about a period, if anything."""
    return db.session.scalars(select(ReportText).where(ReportText.period == period)).one_or_none()


def find_texts(period: str) -> Texts:
    """The words about a period, as a relazione prints them."""
    found = find_text(period)
    return Texts(found.premise, found.comment) if found else Texts()


def write_texts(*, period: str, texts: Texts, seen_version: int | None) -> ReportText:
    """Keep the words about a period, unless somebody else has just changed them."""
    lock(f"report text {current_scope().place_id} {period}")
    found = find_text(period)
    if found is None:
        found = ReportText(period=period)
        db.session.add(found)
    elif (found.premise, found.comment) == (texts.premise, texts.comment):
        return found
    elif found.version != seen_version:
        raise Conflict(_("Non ancora salvato. Mentre scrivevi qualcun altro ha cambiato il testo."))
    found.premise, found.comment = texts.premise, texts.comment
    found.changed_at, found.changed_by = clock.now(), current_scope().account_id
    db.session.flush()
    return found


def find_template() -> ReportTemplate | None:
    """The Word template in use; none: the portal's own."""
    return db.session.scalars(
        select(ReportTemplate).where(ReportTemplate.retired_at.is_(None))
    ).one_or_none()


def get_template(template_id: UUID) -> ReportTemplate:
    """The template of an edition, also when another has taken its place."""
    found = db.session.scalars(
        select(ReportTemplate).where(ReportTemplate.id == template_id)
    ).one_or_none()
    if found is None:
        raise NotHere
    return found


def replace_template(*, name: str, content: bytes) -> ReportTemplate:
    """Use a template from now on; the editions of the one before keep theirs."""
    retire_template()
    template = ReportTemplate(name=name, content=content, uploaded_by=current_scope().account_id)
    db.session.add(template)
    db.session.flush()
    return template


def retire_template() -> None:
    """Go back to the portal's own template."""
    lock(f"report template {current_scope().place_id}")
    db.session.execute(
        update(ReportTemplate)
        .where(ReportTemplate.retired_at.is_(None))
        .values(retired_at=clock.now())
    )
