# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of a visit, new or corrected, the reason of a deletion, and a person's correction.

A form that corrects carries the facts as they were when it was opened, sealed
(core/web/edit_conflicts.py).
"""

from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core import clock
from portal.core.errors import NotHere
from portal.core.web.edit_conflicts import unseal
from portal.core.web.forms import DayField, PortalForm
from portal.drafts.forms import DraftForm
from portal.people.card import parts as of_person
from portal.people.forms.person import PersonForm
from portal.people.rules import PersonFacts, one_line_end
from portal.taxonomy.rules import NOTED
from portal.visits import differences as of_visit
from portal.visits.rules import (
    CHANNEL_LABELS,
    DELETION_REASONS,
    INTERPRETER_LABELS,
    Channel,
    Interpreter,
    VisitFacts,
)

FOR_SELF = "self"
FOR_OTHERS = "others"


class TopicsField(SelectMultipleField):
    """What is asked: check boxes of known topics; of `noted` a note says what."""

    noted = NOTED

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Form) -> None:
        known = {choice.value for choice in self.choices}
        if not known.issuperset(self.data or ()):
            raise ValidationError(_("Una tipologia non è nell’elenco: scegli di nuovo."))


class VisitForm(DraftForm):
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
    interpreter = SelectField(
        _l("Interprete"),
        choices=[
            SelectChoice("", _l("Non indicato")),
            *(SelectChoice(known, label) for known, label in INTERPRETER_LABELS.items()),
        ],
        default="",
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
        day: date | None = self.visited_on.data
        if day is None:
            raise ValueError("a visit without a day: read the facts once the form is valid")
        return VisitFacts(
            visited_on=day,
            topics=(*kept, *(code for code in ticked if code not in kept)),
            person_id=self.person,
            channel=Channel(self.channel.data),
            interpreter=Interpreter(self.interpreter.data) if self.interpreter.data else None,
            for_third_party=self.for_whom.data == FOR_OTHERS,
            note=one_line_end(self.note.data or ""),
        )


class VisitCorrectionForm(VisitForm):
    """A visit being corrected; a name can be given to it and taken away again.

    `restore` is the button of whoever corrects what another has deleted meanwhile.
    """

    before = HiddenField()
    restore = SubmitField()

    @property
    def restores(self) -> bool:
        return bool(self.restore.data)

    def given(self, visit_id: UUID) -> UUID | None:
        """The person to whom this form gives the visit, if it was not theirs when it was opened."""
        before = self.facts_before(visit_id)
        return None if before and before.person_id == self.person else self.person

    def facts_before(self, visit_id: UUID) -> VisitFacts | None:
        """The visit as it was when the form was opened, if the field came back whole."""
        told = unseal(self.before.data, visit_id)
        return of_visit.facts_from(told) if told is not None else None


class PersonCorrectionForm(PersonForm):
    """A person being corrected."""

    before = HiddenField()

    def facts_before(self, person_id: UUID) -> PersonFacts | None:
        """The person as they were when the form was opened, if the field came back whole."""
        told = unseal(self.before.data, person_id)
        return of_person.facts_from(told) if told is not None else None


class DeletionForm(PortalForm):
    """Why a visit is taken out."""

    reason = RadioField(
        _l("Perché lo elimini?"),
        choices=[SelectChoice(reason, reason) for reason in DELETION_REASONS],
        validators=[InputRequired(_l("Scegli il motivo"))],
    )
