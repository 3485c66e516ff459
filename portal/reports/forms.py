# SPDX-License-Identifier: AGPL-3.0-or-later
"""The choice of a relazione (a GET form: every view is a link), a correction, the closing days."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core.italy import formats
from portal.core.italy.periods import Period, parse_period
from portal.core.web.forms import ParsedField, PortalForm
from portal.drafts.forms import DraftForm
from portal.figures.rules import Counts
from portal.reports.models import EditionRow
from portal.reports.relazione.baselines import Choice, choices
from portal.reports.relazione.model import Layout, Relazione
from portal.reports.sections import OPTIONAL

ANOTHER = "altro"
"""In the address: the baseline is the period written beside it."""


class ReportChoice(FlaskForm):
    """What to show; names are those of the address: periodo, confronto, altro, prospetto."""

    class Meta:
        csrf = False

    periodo = SelectField(_l("Periodo"), validate_choice=False)
    confronto = SelectField(_l("Confronto"), validate_choice=False)
    altro = StringField(_l("Periodo di confronto"))
    prospetto = RadioField(
        _l("Prospetto"),
        choices=[
            SelectChoice(Layout.MODERN.value, _l("Completo")),
            SelectChoice(Layout.HISTORICAL.value, _l("Storico")),
        ],
    )

    def offer(self, known: Iterable[tuple[Period, Counts]], relazione: Relazione) -> None:
        """The periods of which something is known, and what this one can be compared with.

        What is chosen in each is what the relazione was made with.
        """
        self.prospetto.data = relazione.layout.value
        if not self.altro.errors:
            self.altro.data = ""
        period, against = relazione.period.whole, relazione.against
        periods = [(one.name, one.title()) for one, _counts in known]
        if period.name not in {name for name, _title in periods}:
            periods.insert(0, (period.name, period.title()))
        self.periodo.choices = [SelectChoice(*choice) for choice in periods]
        self.periodo.data = period.name
        offered = choices(relazione.period)
        name = _offered_as(relazione)
        if name not in {value for value, _label in offered}:
            offered.append((name, against.title()))
        offered.append((ANOTHER, _("Un altro periodo…")))
        self.confronto.choices = [SelectChoice(*choice) for choice in offered]
        self.confronto.data = ANOTHER if self.altro.errors else name


def _offered_as(relazione: Relazione) -> str:
    """The choice that a baseline is, or the name of the period that was picked."""
    against = relazione.against
    if against.is_usual(relazione.period):
        return Choice.LAST_YEAR
    if against.period and against.period.whole == relazione.period.whole.previous():
        return Choice.PREVIOUS
    return against.name


class OtherPeriod(FlaskForm):
    """Any period, as it is typed."""

    class Meta:
        csrf = False

    periodo = StringField(_l("Periodo"))


class ComparedForm(FlaskForm):
    """Two editions, by their ids, as the address names them."""

    class Meta:
        csrf = False

    prima = SelectField(_l("Edizione"), validate_choice=False)
    dopo = SelectField(_l("A confronto con"), validate_choice=False)

    def offer(self, editions: Iterable[EditionRow]) -> None:
        """Every edition that has figures; the two newest where nothing is chosen."""
        offered = [
            (str(edition.id), _("%(period)s, edizione %(number)s",
                            period=parse_period(edition.period).title(), number=edition.number))
            for edition in editions
        ]  # fmt: skip
        self.prima.choices = self.dopo.choices = [SelectChoice(*choice) for choice in offered]
        if len(offered) > 1 and not (self.prima.data and self.dopo.data):
            self.prima.data, self.dopo.data = offered[1][0], offered[0][0]


class TextsForm(DraftForm):
    """What the manager writes about a period."""

    premise = TextAreaField(
        _l("Premessa"), [Length(max=10_000, message=_l("Al massimo 10.000 caratteri"))]
    )
    comment = TextAreaField(
        _l("Testo del responsabile"),
        [Length(max=10_000, message=_l("Al massimo 10.000 caratteri"))],
    )


class PartsForm(PortalForm):
    """The parts that the desk prints; the others are left out, but never all of them."""

    parts = SelectMultipleField(
        _l("Parti della relazione"),
        [DataRequired(_l("Scegli almeno una parte: una relazione vuota non dice nulla"))],
        choices=[SelectChoice(part.key, part.title) for part in OPTIONAL],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class TemplateForm(PortalForm):
    """A Word template of the Comune's own."""

    template = FileField(
        _l("Modello Word (.docx)"), [FileRequired(_l("Scegli il file del modello"))]
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
        try:
            return formats.parse_count(text, most=MOST_DAYS)
        except ValueError:
            raise ValueError(_l("Scrivi un numero di giorni da 0 a 180, o lascia vuoto")) from None


class ClosingForm(PortalForm):
    """When a half-year's relazione builds itself."""

    closing_days = DaysField(_l("Giorni di chiusura"))
