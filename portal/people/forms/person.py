# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of a person, new or edited, and the search box. No database."""

from dataclasses import asdict
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, Length, Optional, ValidationError

from portal.core import clock
from portal.core.web.forms import DayField, PartialDateField, PortalForm
from portal.drafts.forms import DraftForm
from portal.people import rules
from portal.people.forms.fields import (
    BirthStateField,
    CitizenshipField,
    CitizenshipsField,
    CodiceFiscaleField,
    ExpiryField,
    LanguageField,
    LanguagesField,
    PhoneField,
    ResidenceField,
    SeveralField,
)
from portal.people.rules import LONGEST, PersonFacts

UNKNOWN = ""
TYPED = {"autocomplete": "off", "spellcheck": "false"}
# The list opens as one types (suggest.js); where no script runs, the browser's own does.
STATES = TYPED | {"list": "states", "data-suggest": "state"}
CITIZENSHIPS = TYPED | {"list": "citizenships", "data-suggest": "citizenship"}
COMUNI = TYPED | {"data-suggest": "comune"}


def _short(name: str) -> Length:
    return Length(
        max=LONGEST[name],
        message=_l("Il testo è troppo lungo: al massimo %(n)s caratteri", n=LONGEST[name]),
    )


class SearchForm(PortalForm):
    """What is typed to find a person; it travels in the body, never in an address."""

    q = StringField(_l("Cerca una persona"), validators=[Length(max=200)])


class PersonForm(DraftForm):
    """Everything that can be written down about a person; only one name is required.

    `then` says what comes after a new person is saved: their card, a visit, or the anonymous
    visit (its id) that was waiting for a name.
    """

    then = HiddenField()
    family_name = StringField(_l("Cognome"), validators=[_short("family_name")], render_kw=TYPED)
    given_name = StringField(_l("Nome"), validators=[_short("given_name")], render_kw=TYPED)
    sex = RadioField(
        _l("Sesso"),
        choices=[
            *(SelectChoice(code, label) for code, label in rules.SEXES.items()),
            SelectChoice(UNKNOWN, _l("n.i.")),
        ],
        default=UNKNOWN,
    )
    birth = PartialDateField(
        _l("Data di nascita"),
        description=_l("Anche solo l’anno, per esempio 1991"),
        render_kw=TYPED,
    )
    citizenship = CitizenshipField(
        _l("Cittadinanza"), description=_l("Per esempio Marocco"), render_kw=CITIZENSHIPS
    )
    residence_comune = ResidenceField(
        _l("Comune di residenza"), description=_l("Per esempio Lucca"), render_kw=COMUNI
    )

    residence_kind = SelectField(
        _l("Dove abita"),
        choices=[SelectChoice(*kind) for kind in rules.RESIDENCE_KINDS.items()],
        default=rules.NOT_STATED,
        description=_l("Il Comune si scrive qui sopra"),
    )
    residence_since = DayField(
        _l("Abita lì dal"), description=_l("Vuoto: da oggi, se cambia"), render_kw=TYPED
    )
    phone = PhoneField(_l("Telefono"), description=_l("Per esempio 333 100 4417"), render_kw=TYPED)
    email = StringField(
        _l("E-mail"),
        validators=[
            Optional(),
            _short("email"),
            Email(message=_l("L’indirizzo non è completo: scrivilo come nome@esempio.it")),
        ],
        description=_l("Per esempio nome@esempio.it"),
        render_kw=TYPED,
    )
    languages = LanguagesField(
        _l("Lingue"), description=_l("Per esempio wolof, francese"), render_kw=TYPED
    )

    codice_fiscale = CodiceFiscaleField(_l("Codice fiscale"), render_kw=TYPED)
    codice_fiscale_seen = BooleanField(_l("Codice fiscale visto su un documento"))
    permit_kind = SelectField(
        _l("Titolo di soggiorno"),
        choices=[
            SelectChoice(UNKNOWN, rules.PERMIT_NOT_STATED),
            *(SelectChoice(code, label) for code, label in rules.PERMIT_KINDS.items()),
        ],
        default=UNKNOWN,
        description=_l("Come sta scritto sul documento"),
    )
    permit_expires_on = ExpiryField(
        _l("Scade il"), description=_l("Per esempio 14/02/2027"), render_kw=TYPED
    )

    birth_conventional = BooleanField(_l("Giorno e mese di nascita sono convenzionali (01/01)"))
    birth_state = BirthStateField(_l("Stato di nascita"), render_kw=STATES)
    birth_city = StringField(
        _l("Città di nascita"), validators=[_short("birth_city")], render_kw=TYPED
    )
    other_citizenships = CitizenshipsField(
        _l("Altre cittadinanze"), description=_l("Separate da virgole"), render_kw=TYPED
    )
    citizenship_since = DayField(
        _l("Nuova cittadinanza dal"),
        description=_l("Solo se ne ha acquisita un’altra; vuoto, è una correzione"),
        render_kw=TYPED,
    )
    aliases = SeveralField(
        _l("Altri nomi"),
        description=_l("Usati ora o in passato, separati da virgole"),
        render_kw=TYPED,
    )
    notice_given_on = DayField(
        _l("Informativa consegnata il"), description=_l("Per esempio 14/01/2026"), render_kw=TYPED
    )
    notice_language = LanguageField(
        _l("Lingua dell’informativa"),
        description=_l("Per esempio francese"),
        render_kw={"list": "languages-known", "autocomplete": "off"},
    )
    note = TextAreaField(
        _l("Nota"),
        validators=[_short("note")],
        description=_l("Facoltativa. La vede solo questo sportello."),
    )

    def validate_birth(self, field: Field) -> None:
        if field.data and field.data.earliest > clock.today():
            raise ValidationError(_("La data è nel futuro: scrivi oggi o un giorno passato"))

    def validate_notice_given_on(self, field: Field) -> None:
        _refuse_future(field.data)

    def validate_residence_since(self, field: Field) -> None:
        _refuse_future(field.data)

    def validate_citizenship_since(self, field: Field) -> None:
        _refuse_future(field.data)

    def facts(self) -> PersonFacts:
        """What the form says."""
        first = (self.citizenship.data,) if self.citizenship.data else ()
        return PersonFacts(
            family_name=self.family_name.data or "",
            given_name=self.given_name.data or "",
            aliases=self.aliases.data or (),
            sex=self.sex.data or None,
            birth=self.birth.data,
            birth_conventional=self.birth_conventional.data,
            birth_state=self.birth_state.data,
            birth_city=self.birth_city.data or "",
            citizenships=(*first, *(self.other_citizenships.data or ())),
            citizenship_since=self.citizenship_since.data,
            residence_kind=self._residence_kind(),
            residence_comune=self.residence_comune.data,
            residence_since=self.residence_since.data,
            codice_fiscale=self.codice_fiscale.data,
            codice_fiscale_seen=self.codice_fiscale_seen.data,
            permit_kind=self.permit_kind.data or None,
            permit_expires_on=self.permit_expires_on.data,
            phone=self.phone.data,
            email=self.email.data or None,
            languages=self.languages.data or (),
            notice_given_on=self.notice_given_on.data,
            notice_language=self.notice_language.data,
            note=self.note.data or "",
        )

    def _residence_kind(self) -> str:
        """A Comune written without saying more is one of the province."""
        kind: str = self.residence_kind.data
        if kind == rules.NOT_STATED and self.residence_comune.data:
            return rules.COMUNE
        return kind


def shown(facts: PersonFacts) -> dict[str, Any]:
    """The facts as the form's data."""
    data = asdict(facts)
    data["birth"] = facts.birth
    data["sex"] = facts.sex or UNKNOWN
    data["permit_kind"] = facts.permit_kind or UNKNOWN
    data["citizenship"] = facts.citizenships[0] if facts.citizenships else None
    data["other_citizenships"] = facts.citizenships[1:]
    return data


def _refuse_future(day: date | None) -> None:
    if day and day > clock.today():
        raise ValidationError(_("La data è nel futuro: scegli oggi o un giorno passato"))
