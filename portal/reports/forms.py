# SPDX-License-Identifier: AGPL-3.0-or-later
"""The choice of period, baseline and layout: a GET form, so that every view is a link."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from portal.core.periods import Kind, Period, period_of

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


class QuickChoice(FlaskForm):
    """The list page: one of the periods that can be opened now."""

    class Meta:
        csrf = False

    periodo = SelectField(_l("Periodo"))

    def offer(self, today: date) -> None:
        """Half-years and years around today, the newest first."""
        self.periodo.choices = [
            SelectChoice(period.name, _label(period, today)) for period in recent_periods(today)
        ]


def recent_periods(today: date) -> list[Period]:
    """The half-years and the years of the last three years, the newest first."""
    halves = [period_of(Kind.HALF, today)]
    while len(halves) < 6:
        halves.append(halves[-1].previous())
    years = [period_of(Kind.YEAR, date(today.year - back, 1, 1)) for back in range(3)]
    return halves + years


def _label(period: Period, today: date) -> str:
    title = period.title()
    return _("%(title)s (in corso)", title=title) if period.is_open(today) else title
