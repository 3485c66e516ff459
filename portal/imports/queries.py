# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of the files that a desk has stored."""

from sqlalchemy import select

from portal.core.store.database import db
from portal.imports.models import ImportedFile


def find_imported(sha256: bytes) -> ImportedFile | None:
    """The same bytes stored before, whatever the file was called."""
    return db.session.scalars(
        select(ImportedFile).where(ImportedFile.sha256 == sha256)
    ).one_or_none()
