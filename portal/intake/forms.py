# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one box: who is at the desk?"""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from portal.core.forms import PortalForm


class BoxForm(PortalForm):
    """What was typed; `assign` is the anonymous visit that is waiting for its person."""

    q = StringField(
        _l("Chi è allo sportello?"),
        filters=[lambda text: (text or "").strip()],
        validators=[
            Length(min=2, message=_l("Scrivi almeno due caratteri.")),
            Length(max=200, message=_l("Il testo è troppo lungo.")),
        ],
    )
    assign = HiddenField()
