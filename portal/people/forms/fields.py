# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fields for what is said of persons: they understand what is typed and show it back in full."""

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.codice_fiscale import read_codice_fiscale
from portal.core.italy.states_and_comuni import folded, get_state
from portal.core.web.forms import ComuneField, DayField, ParsedField, StateField, read_state
from portal.people import rules
from portal.people.card import languages
from portal.people.card.phone import read_phone, show_phone

NOT_STATED = "Non indicato"
LONGEST_PERMIT = timedelta(days=15 * 366)


class ExpiryField(DayField):
    """A day that may lie ahead: two digits of a year are those of the next years."""

    def parse(self, text: str) -> date:
        return formats.parse_day(text, latest=clock.today() + LONGEST_PERMIT)


class NotStatedField(ParsedField):
    """«Non indicato», the last of every list, says that nothing is known."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([] if _is_not_stated(valuelist) else valuelist)
        if _is_not_stated(valuelist):
            self.typed, self.data = valuelist[0].strip(), None


def _is_not_stated(valuelist: list[str]) -> bool:
    return bool(valuelist) and folded(valuelist[0]) == folded(NOT_STATED)


class BirthStateField(NotStatedField, StateField):
    """The state in which a person was born, or «Non indicato»."""


class ResidenceField(NotStatedField, ComuneField):
    """The Comune in which a person lives, or «Non indicato»."""


def _read_citizenship(text: str) -> str:
    code = read_state(text)
    if not get_state(code).is_citizenship:
        raise ValueError(_("%(name)s non è una cittadinanza", name=get_state(code).name))
    return code


class CitizenshipField(NotStatedField, StateField):
    """A state whose citizen one may be."""

    def parse(self, text: str) -> str:
        return _read_citizenship(text)


class SeveralField(ParsedField):
    """Several things in one line, parted by commas; the data is a tuple."""

    longest = 4_000

    def read_one(self, text: str) -> str:
        return text

    def show_one(self, value: str) -> str:
        return value

    def parse(self, text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.read_one(part) for part in rules.listed(text)))

    def show(self, value: Any) -> str:
        return ", ".join(self.show_one(entry) for entry in value)


class CitizenshipsField(SeveralField, NotStatedField):
    """The other citizenships."""

    def read_one(self, text: str) -> str:
        return _read_citizenship(text)

    def show_one(self, value: str) -> str:
        return get_state(value).name


def _read_language(text: str) -> str:
    code = languages.find(text)
    if code is None:
        raise ValueError(
            _(
                "Lingua «%(text)s» non riconosciuta: scrivi il nome in italiano, per esempio arabo",
                text=formats.shown(text),
            )
        )
    return code


class LanguageField(ParsedField):
    """A language by its Italian name; the data is its code."""

    def parse(self, text: str) -> str:
        return _read_language(text)

    def show(self, value: str) -> str:
        return languages.name_of(value)


class LanguagesField(SeveralField):
    """The languages that a person speaks."""

    def read_one(self, text: str) -> str:
        return _read_language(text)

    def show_one(self, value: str) -> str:
        return languages.name_of(value)


class PhoneField(ParsedField):
    """A telephone number; the data is E.164."""

    def parse(self, text: str) -> str:
        return read_phone(text)

    def show(self, value: str) -> str:
        return show_phone(value)


class CodiceFiscaleField(ParsedField):
    """A codice fiscale that can be one; whether it fits the person is said on the page."""

    def parse(self, text: str) -> str:
        return read_codice_fiscale(text).text
