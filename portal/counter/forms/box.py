# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one box: who is at the desk?"""

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, StringField
from wtforms.validators import Length, ValidationError

from portal.core.web.forms import PortalForm
from portal.counter.rules import is_enough


class BoxForm(PortalForm):
    """What was typed; `assign` is the anonymous visit that is waiting for its person.

    `asked` are the codes of topics that were chosen before the person was.
    """

    q = StringField(
        _l("Chi è allo sportello?"),
        filters=[lambda text: (text or "").strip()],
        validators=[
            Length(max=200, message=_l("Il testo è troppo lungo: al massimo 200 caratteri."))
        ],
    )
    assign = HiddenField()
    asked = HiddenField()

    def validate_q(self, field: Field) -> None:
        if not is_enough(field.data):
            raise ValidationError(_l("Scrivi almeno due caratteri."))
