# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the counter; each module adds its own to the blueprint."""

from flask import Blueprint

intake = Blueprint("intake", __name__)

from portal.intake.views import (  # noqa: E402
    correcting,
    drafts,
    reception,
    recording,
    rows,
    screen,
)

__all__ = ["correcting", "drafts", "intake", "reception", "recording", "rows", "screen"]
