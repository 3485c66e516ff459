# SPDX-License-Identifier: AGPL-3.0-or-later
"""The choice of a relazione (a GET form: every view is a link), a correction, the closing days."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from portal.core.forms import ParsedField, PortalForm

MODERN = "moderno"
HISTORICAL = "storico"


class ReportChoice(FlaskForm):
    """What to show; names are those of the address: periodo, confronto, prospetto."""

    class Meta:
        csrf = False

    periodo = StringField(_l("Periodo"))
    confronto = StringField(_l("Confronto"))
    prospetto = RadioField(
        _l("Prospetto"),
        default=MODERN,
        choices=[
            SelectChoice(MODERN, _l("Completo")),
            SelectChoice(HISTORICAL, _l("Storico")),
        ],
    )


class CorrectionForm(PortalForm):
    """Why an approved edition is made again."""

    reason = TextAreaField(
        _l("Perché la rettifichi?"),
        [
            DataRequired(_l("Scrivi perché rettifichi l’edizione")),
            Length(max=500, message=_l("Al massimo 500 caratteri")),
        ],
    )


MOST_DAYS = 180


class DaysField(ParsedField):
    """A number of days; empty is none."""

    def parse(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and int(text) <= MOST_DAYS):
            raise ValueError(_l("Scrivi un numero di giorni da 0 a 180, o lascia vuoto"))
        return int(text)


class ClosingForm(PortalForm):
    """When a half-year's relazione builds itself."""

    closing_days = DaysField(_l("Giorni di chiusura"))
