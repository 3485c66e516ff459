# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of recipients and of approving; no database."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from portal.core.web.forms import PortalForm
from portal.reports.disclosure.sheets import Audience


class RecipientForm(PortalForm):
    """An office that is to receive the approved editions."""

    email = EmailField(
        _l("E-mail"),
        [
            DataRequired(_l("Scrivi l’indirizzo e-mail")),
            Length(max=254, message=_l("Al massimo 254 caratteri")),
        ],
    )
    audience = RadioField(
        _l("Che cosa riceve"),
        choices=[
            SelectChoice(Audience.PUBLIC.value, _l("La versione pubblicabile: è fuori dal Comune")),
            SelectChoice(Audience.DESK.value, _l("Tutti i numeri: è un ufficio del Comune")),
        ],
        default=Audience.PUBLIC.value,
    )
    name = StringField(
        _l("Ufficio (facoltativo)"), [Length(max=120, message=_l("Al massimo 120 caratteri"))]
    )


class ApproveForm(PortalForm):
    """Approve what was read; the button says whether it is sent too."""

    send = HiddenField()
    nothing_recorded = BooleanField(_l("Sì, è giusto così: non è stato registrato nulla"))
    missing: Sequence[str] = ()
    """The stretches of the period without any record: they may be a mistake."""

    def validate_nothing_recorded(self, field: BooleanField) -> None:
        if self.missing and not field.data:
            raise ValidationError(
                _("Conferma che è giusto così, o lascia stare e completa le registrazioni")
            )

    @property
    def sends(self) -> bool:
        return bool(self.send.data == "1")
