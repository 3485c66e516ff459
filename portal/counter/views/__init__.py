# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the counter; each module adds its own to the blueprint."""

from flask import Blueprint

counter = Blueprint("counter", __name__)

from portal.counter.views import (  # noqa: E402
    correcting,
    drafts,
    reception,
    recording,
    rows,
    screen,
)

__all__ = ["correcting", "counter", "drafts", "reception", "recording", "rows", "screen"]
