# SPDX-License-Identifier: AGPL-3.0-or-later
"""The number that frozen JSON says of itself: a build refuses what only a later one can read."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from portal.core.errors import Refusal


def refuse_newer(frozen: Mapping[str, Any], *, newest: int) -> None:
    """Refuse frozen figures in a schema that this build does not know, instead of misreading them.

    Editions of the builds that wrote no number are older than any that did.
    """
    if int(frozen.get("schema", 0)) > newest:
        raise Refusal(
            _("L’edizione è stata fermata da una versione più nuova del portale: aggiornalo.")
        )
