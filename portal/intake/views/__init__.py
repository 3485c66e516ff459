# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the intake; each module adds its own to the blueprint."""

from flask import Blueprint

intake = Blueprint("intake", __name__)

from portal.intake.views import (  # noqa: E402
    correcting,
    drafts,
    reception,
    recording,
    rows,
    settings,
    sheets,
    tally,
)

__all__ = [
    "correcting",
    "drafts",
    "intake",
    "reception",
    "recording",
    "rows",
    "settings",
    "sheets",
    "tally",
]
