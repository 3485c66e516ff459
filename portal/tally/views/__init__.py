# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the tally; each module adds its own to the blueprint."""

from flask import Blueprint

tally = Blueprint("tally", __name__)

from portal.tally.views import keys, presses, sheets  # noqa: E402

__all__ = ["keys", "presses", "sheets", "tally"]
