# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages under «persone»; each module adds its own to the blueprint."""

from flask import Blueprint

person_pages = Blueprint("person_pages", __name__)

from portal.person_pages.views import (  # noqa: E402
    card,
    form_help,
    index,
    merging,
    rights,
)

__all__ = ["card", "form_help", "index", "merging", "person_pages", "rights"]
