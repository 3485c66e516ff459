# SPDX-License-Identifier: AGPL-3.0-or-later
"""The choice of periods (a GET form: every view is a link), and the request of an edition."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import Length

from portal.core.forms import PortalForm
from portal.core.periods import Period


class ComparisonChoice(FlaskForm):
    """What to show; names are those of the address: periodo, confronto."""

    class Meta:
        csrf = False

    periodo = SelectField(_l("Periodo"), validate_choice=False)
    confronto = SelectField(_l("Confronto"), validate_choice=False)

    def offer(self, *, period: Period, baseline: Period, known: list[Period]) -> None:
        """Offer the periods with figures, and always what is shown."""
        self.periodo.choices = _choices(known, period)
        self.periodo.data = period.name
        self.confronto.choices = _choices(known, period.baseline(), baseline)
        self.confronto.data = baseline.name


def _choices(known: list[Period], *shown: Period) -> list[tuple[str, str]]:
    offered = {period.name: period for period in (*known, *shown)}
    newest_first = sorted(offered.values(), key=lambda one: (one.end, one.start), reverse=True)
    return [(period.name, period.title()) for period in newest_first]


class EditionRequest(PortalForm):
    """Asks for an edition of the comparison; after an approved one it says why."""

    periodo = HiddenField()
    reason = TextAreaField(
        _l("Perché la rettifichi"),
        validators=[Length(max=500, message=_l("Al massimo 500 caratteri."))],
    )


class EditionApproval(PortalForm):
    """Approves the edition that was read: it carries its version."""
