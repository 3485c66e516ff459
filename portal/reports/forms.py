# SPDX-License-Identifier: AGPL-3.0-or-later
"""The choice of period, baseline and layout: a GET form, so that every view is a link."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice

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
