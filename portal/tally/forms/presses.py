# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tally page sends: one press, or the press to take back."""

from collections.abc import Collection
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, StringField
from wtforms.validators import InputRequired, ValidationError

from portal.core.web.forms import PortalForm


class PressForm(PortalForm):
    """One key: the code of its topic stands in the button, so no field is drawn for it."""

    topic = StringField(validators=[InputRequired(_l("Scegli una tipologia"))])
    known: Collection[str] = ()

    def validate_topic(self, field: Field) -> None:
        if field.data not in self.known:
            raise ValidationError(_("Questa tipologia non è nell’elenco di oggi."))


class TakeBackForm(PortalForm):
    """Which press to take back: it is named, so that asking twice takes back one."""

    visit = HiddenField()

    @property
    def visit_id(self) -> UUID | None:
        try:
            return UUID(self.visit.data or "")
        except ValueError:
            return None
