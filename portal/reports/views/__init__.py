# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the relazione; each module adds its own to the blueprint."""

from flask import Blueprint

reports = Blueprint("reports", __name__)

from portal.reports.views import (  # noqa: E402
    editions,  # noqa: F401
    public_version,  # noqa: F401
    settings,  # noqa: F401
    showing,  # noqa: F401
    writing,  # noqa: F401
)
