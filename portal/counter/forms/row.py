# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms that open in a row of the day's list: find a person for a visit, and give it."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from portal.core.errors import NotHere
from portal.core.web.forms import PortalForm
from portal.counter.rules import is_enough


class SoughtForm(PortalForm):
    """The box of the counter, in the row of an anonymous visit."""

    sought = StringField(
        _l("Chi è allo sportello?"),
        filters=[lambda text: (text or "").strip()],
        validators=[
            Length(max=200, message=_l("Il testo è troppo lungo: al massimo 200 caratteri."))
        ],
    )

    def validate_sought(self, field: Field) -> None:
        if not is_enough(field.data):
            raise ValidationError(_l("Scrivi almeno due caratteri."))


class GivenForm(PortalForm):
    """The person to whom a visit is given."""

    person_id = HiddenField(validators=[InputRequired(_l("Scegli una persona."))])

    @property
    def person(self) -> UUID:
        try:
            return UUID(self.person_id.data or "")
        except ValueError:
            raise NotHere from None
