# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms around a merge: which cards are compared, as they were seen. No database."""

from uuid import UUID

from wtforms import HiddenField

from portal.core.web.forms import PortalForm


class MergeForm(PortalForm):
    """The versions of both cards; what is chosen of each part is read by the comparison."""

    other_version = HiddenField()

    def seen_versions(self, one_id: UUID, other_id: UUID) -> dict[UUID, int | None]:
        """The versions that stood on the page."""
        typed = str(self.other_version.data or "")
        is_number = typed.isascii() and typed.isdigit() and len(typed) < 10
        return {one_id: self.seen_version, other_id: int(typed) if is_number else None}

    def saw(self, one_version: int, other_version: int) -> None:
        """From now on these versions stand on the page."""
        for field, version in ((self.version, one_version), (self.other_version, other_version)):
            field.data, field.raw_data = str(version), None
