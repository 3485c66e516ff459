# SPDX-License-Identifier: AGPL-3.0-or-later
"""The choice of periods (a GET form: every view is a link), and the request of an edition."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import Length

from portal.core.italy.periods import Period
from portal.core.web.forms import PortalForm


class ComparisonChoice(FlaskForm):
    """What to show; names are those of the address: periodo, confronto."""

    class Meta:
        csrf = False

    periodo = SelectField(_l("Periodo"), validate_choice=False)
    confronto = SelectField(_l("Confronto"), validate_choice=False)

    def offer(self, *, period: Period, baseline: Period, known: list[Period]) -> None:
        """Offer the periods with figures, and always what is shown; a year earlier is usual."""
        usual = period.baseline()
        others = {choice for choice in (*known, baseline) if choice not in (period, usual)}
        self.periodo.choices = [
            (choice.name, choice.title()) for choice in _ordered({*known, period})
        ]
        self.periodo.data = period.name
        self.confronto.choices = [
            ("", _("un anno prima")),
            *((choice.name, choice.title()) for choice in _ordered(others)),
        ]
        self.confronto.data = "" if baseline == usual else baseline.name


def _ordered(periods: set[Period]) -> list[Period]:
    """The newest first."""
    return sorted(periods, key=lambda one: (one.end, one.start), reverse=True)


class EditionRequest(PortalForm):
    """Asks for an edition of the comparison; after an approved one it says why.

    Asking twice is asking once, so it carries neither token nor version.
    """

    form_token = version = None
    period = HiddenField()
    baseline = HiddenField()
    reason = TextAreaField(
        _l("Perché la rettifichi"),
        validators=[Length(max=500, message=_l("Al massimo 500 caratteri."))],
    )


class EditionApproval(PortalForm):
    """Approves the edition that was read: it carries its version."""

    form_token = None
