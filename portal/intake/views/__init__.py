# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the intake; each module adds its own to the blueprint."""

from flask import Blueprint

intake = Blueprint("intake", __name__)

from portal.intake.views import (  # noqa: E402
    correcting,  # noqa: F401
    drafts,  # noqa: F401
    merging,  # noqa: F401
    person,  # noqa: F401
    reception,  # noqa: F401
    recording,  # noqa: F401
    rows,  # noqa: F401
    settings,  # noqa: F401
    sheets,  # noqa: F401
    tally,  # noqa: F401
)
