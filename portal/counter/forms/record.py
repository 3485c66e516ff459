# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of a visit at the counter, and with it that of somebody who comes for the first time."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField
from wtforms.validators import ValidationError

from portal.core.errors import Refusal
from portal.core.web.forms import PortalForm
from portal.people.forms.new_person import CandidatesForm
from portal.people.forms.person import PersonForm
from portal.visits.forms import TopicsField, VisitForm

if TYPE_CHECKING:
    pass

PREFIX = "person-"
# Asked first, in the order of the card; the focus goes to the first that is empty.
SIX = ("family_name", "given_name", "sex", "birth", "citizenship", "residence_comune")
# What a codice fiscale or the box may already say, and what can wait.
REST = (
    "phone",
    "codice_fiscale",
    "permit_kind",
    "permit_expires_on",
    "languages",
    "notice_given_on",
    "notice_language",
    "birth_state",
    "birth_city",
    "birth_conventional",
)


class NewcomerForm(PersonForm):
    """The person's form beside the visit's: both have a note, so its names have a prefix."""

    def __init__(self, **known: object) -> None:
        super().__init__(prefix=PREFIX, **known)
        for field in self.six:
            # Two rows without hints: what to write is known to who writes it forty times a day.
            field.description = ""

    @property
    def six(self) -> list[Field]:
        return [self[name] for name in SIX]

    @property
    def rest(self) -> list[Field]:
        return [self[name] for name in REST]

    @property
    def first_empty(self) -> str | None:
        """The id of the field in which one goes on; none when nothing is left to ask."""
        return next((field.id for field in self.six if not field.data), None)


class RecordForm(CandidatesForm, VisitForm):
    """A visit of somebody known, of nobody, or, where `begins` is told, of somebody new."""

    newcomer: NewcomerForm | None = None

    topics = TopicsField(_l("Richieste"), choices=[])
    begins = HiddenField()

    def validate_topics(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_l("Scegli almeno una tipologia"))

    def validate(self, extra_validators: object = None) -> bool:
        """Both forms are asked, so that everything wrong is said at once."""
        valid = super().validate(extra_validators)
        return (self.newcomer is None or self.newcomer.validate()) and valid

    def refuse(self, refusal: Refusal) -> None:
        """What names a field of the person stands beside it."""
        if self.newcomer and refusal.field and refusal.field in self.newcomer:
            self.newcomer.refuse(refusal)
        else:
            super().refuse(refusal)


class Together:
    """Forms that are sent as one: what is wrong in them makes one list."""

    def __init__(self, *forms: PortalForm | None) -> None:
        self._forms = [form for form in forms if form is not None]

    def __iter__(self) -> Iterator[Field]:
        return (field for form in self._forms for field in form)

    @property
    def form_errors(self) -> list[str]:
        return [text for form in self._forms for text in form.form_errors]
