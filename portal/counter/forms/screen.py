# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a desk arranges its counter: names hidden or shown."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.core.web.forms import PortalForm


class ScreenForm(PortalForm):
    """What can be read from across the counter."""

    hides_names = BooleanField(
        _l("Nascondi i nomi nella lista del giorno"),
        description=_l("Si vedono le iniziali. Chi lavora può mostrarli per la sua sessione."),
    )
