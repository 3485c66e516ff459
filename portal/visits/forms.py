# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of a visit, new or corrected, and the reason of a deletion."""

from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, HiddenField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core import clock
from portal.core.errors import NotHere
from portal.core.forms import DayField, PortalForm
from portal.visits.rules import CHANNEL_LABELS, DELETION_REASONS, Channel, VisitFacts

FOR_SELF = "self"
FOR_OTHERS = "others"


class TopicsField(SelectMultipleField):
    """What is asked: check boxes of known topics."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Form) -> None:
        known = {choice.value for choice in self.choices}
        if not known.issuperset(self.data or ()):
            raise ValidationError(_("Una tipologia non è nell’elenco: scegli di nuovo."))


class VisitForm(PortalForm):
    """Day, channel, for whom and what was asked; the person comes in a hidden field."""

    person_id = HiddenField()
    visited_on = DayField(
        _l("Data"),
        default=clock.today,
        validators=[InputRequired(_l("Scrivi la data"))],
    )
    channel = SelectField(
        _l("Come"),
        choices=[SelectChoice(channel, label) for channel, label in CHANNEL_LABELS.items()],
        default=Channel.DESK,
    )
    for_whom = RadioField(
        _l("Per chi"),
        choices=[
            SelectChoice(FOR_SELF, _l("Per sé")),
            SelectChoice(FOR_OTHERS, _l("Per altri")),
        ],
        default=FOR_SELF,
    )
    topics = TopicsField(_l("Che cosa chiede?"), choices=[])
    note = TextAreaField(
        _l("Nota"),
        validators=[Length(max=2000, message=_l("La nota supera i 2000 caratteri"))],
        description=_l("Facoltativa. La vede solo questo sportello."),
    )

    def offer(self, topics: list[tuple[str, str]]) -> None:
        """The topics that can be ticked, as (code, label)."""
        self.topics.choices = [SelectChoice(code, label) for code, label in topics]

    @property
    def person(self) -> UUID | None:
        """The person of the visit; None when it is anonymous."""
        try:
            return UUID(self.person_id.data) if self.person_id.data else None
        except ValueError:
            raise NotHere from None

    def facts(self, *, asked_before: tuple[str, ...] = ()) -> VisitFacts:
        """What the form says; a topic asked twice before and still ticked stays asked twice."""
        ticked = list(self.topics.data or [])
        kept = [code for code in asked_before if code in ticked]
        return VisitFacts(
            visited_on=self.visited_on.data,
            topics=(*kept, *(code for code in ticked if code not in kept)),
            person_id=self.person,
            channel=Channel(self.channel.data),
            for_third_party=self.for_whom.data == FOR_OTHERS,
            note=(self.note.data or "").strip(),
        )


class DeletionForm(PortalForm):
    """Why a visit is taken out."""

    reason = RadioField(
        _l("Perché lo elimini?"),
        choices=[SelectChoice(reason, reason) for reason in DELETION_REASONS],
        validators=[InputRequired(_l("Scegli il motivo"))],
    )
