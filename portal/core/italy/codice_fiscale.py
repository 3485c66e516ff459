# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an Italian tax code says about its bearer, and where it disagrees with the person's data.

Pure. Neither answer ever blocks a save: codes are reissued, names transliterated and dates
conventional, so honest mismatches are frequent. Birthplaces are those valid on the day of birth.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from flask_babel import gettext as _
from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale, iva

from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.states_and_comuni import Comune, State, folded, place_of_birth

CodeKind = Literal["alphanumeric", "omocode", "provisional"]

DIGIT_POSITIONS = (6, 7, 9, 10, 12, 13, 14)
OMOCODE_DIGITS = str.maketrans("LMNPQRSTUV", "0123456789")
SHAPE = re.compile(r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]")
HEALTH_CODE = re.compile(r"(STP|ENI)[0-9]{13}")


class KnownBirth(Protocol):
    """A birth as far as it is known: a date, or a partial date without its day or month."""

    @property
    def year(self) -> int: ...

    @property
    def month(self) -> int | None: ...

    @property
    def day(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class CodiceFiscale:
    """A code whose check letter, date and birthplace hold; a provisional one says nothing more."""

    text: str
    kind: CodeKind
    birth_date: date | None = None
    sex: str | None = None
    birthplace: State | Comune | None = None


def read_codice_fiscale(text: str) -> CodiceFiscale:
    """Read a code as typed; ValueError says in Italian what is wrong with it."""
    code = re.sub(r"[\s\-.:]", "", text).upper()
    if not code:
        raise ValueError(_("Scrivi il codice fiscale"))
    if code.isascii() and code.isdigit() and len(code) == 11:
        return _read_provisional(code)
    _check_letters(code)
    plain = _without_omocodes(code)
    birth, place = _birth(plain)
    return CodiceFiscale(
        text=code,
        kind="alphanumeric" if plain == code else "omocode",
        birth_date=birth,
        sex="F" if int(plain[9:11]) > 40 else "M",
        birthplace=place,
    )


def contradictions(
    code: CodiceFiscale,
    *,
    family_name: str | None = None,
    given_name: str | None = None,
    sex: str | None = None,
    birth: KnownBirth | None = None,
) -> list[str]:
    """What the code says otherwise than the person's data, a sentence each; never raises.

    What is not known is not compared. Names in the other order are accepted, and so is another
    century: the code holds two digits of the year.
    """
    if code.birth_date is None:
        return []
    found = _name_contradictions(code.text, family_name or "", given_name or "")
    if sex in ("M", "F") and code.sex != sex:
        found.append(_("il sesso nel codice è %(sex)s", sex=code.sex))
    if birth is not None and _contradicts(birth, code.birth_date):
        found.append(_("la data nel codice è %(day)s", day=formats.day(code.birth_date)))
    return found


def _read_provisional(code: str) -> CodiceFiscale:
    """Eleven digits: seven of progress, three of the office, one of check."""
    if not luhn.is_valid(code):
        raise ValueError(_("Il codice provvisorio non è giusto: controlla le 11 cifre"))
    if not iva.is_valid(code):
        raise ValueError(_("Il codice provvisorio non è giusto: l’ufficio indicato non esiste"))
    return CodiceFiscale(text=code, kind="provisional")


def _check_letters(code: str) -> None:
    """Length, shape and check letter, the plainest reason first."""
    if HEALTH_CODE.fullmatch(code):
        raise ValueError(_("Questo è un codice STP o ENI, non un codice fiscale"))
    if len(code) != 16:
        raise ValueError(_wrong_length(len(code)))
    if not SHAPE.fullmatch(code):
        raise ValueError(
            _("Il codice fiscale ha lettere o cifre al posto sbagliato: ricontrollalo")
        )
    if codicefiscale.calc_check_digit(code[:15]) != code[15]:
        raise ValueError(_("L’ultima lettera del codice fiscale non torna: ricontrollalo"))


def _wrong_length(length: int) -> str:
    if length == 1:
        return _(
            "Il codice fiscale ha un carattere: ne servono 16 (oppure 11 cifre se provvisorio)"
        )
    return _(
        "Il codice fiscale ha %(length)s caratteri: ne servono 16 (oppure 11 cifre se provvisorio)",
        length=length,
    )


def _without_omocodes(code: str) -> str:
    """The code with digits again where letters tell homonyms apart."""
    letters = list(code)
    for position in DIGIT_POSITIONS:
        letters[position] = letters[position].translate(OMOCODE_DIGITS)
    return "".join(letters)


def _birth(plain: str) -> tuple[date, State | Comune]:
    """Day and place of birth: the latest past century in which the place existed."""
    days = _possible_days(plain)
    if not days:
        raise ValueError(_("Il codice fiscale indica una data di nascita che non esiste"))
    place_code = plain[11:15]
    for day in days:
        place = place_of_birth(place_code, day)
        if place is not None:
            return day, place
    if place_of_birth(place_code) is None:
        raise ValueError(
            _(
                "Il codice fiscale indica un luogo di nascita che non esiste (%(code)s)",
                code=place_code,
            )
        )
    raise ValueError(
        _(
            "Il luogo di nascita nel codice (%(code)s) non esisteva il %(day)s",
            code=place_code,
            day=formats.day(days[0]),
        )
    )


def _possible_days(plain: str) -> list[date]:
    """The days that two digits of a year can mean, latest first, none in the future."""
    days = []
    for first_year in (2000, 1900):
        try:
            day = codicefiscale.get_birth_date(plain, minyear=first_year)
        except ValidationError:
            continue
        if day <= clock.today():
            days.append(day)
    return days


def _name_contradictions(code: str, family_name: str, given_name: str) -> list[str]:
    family, given = _letters(family_name), _letters(given_name)
    in_code = (code[:3], code[3:6])
    if in_code in (
        (_family_part(family), _given_part(given)),
        (_family_part(given), _given_part(family)),
    ):
        return []
    if not (family and given):
        return _single_name_contradictions(in_code, family or given)
    found = []
    if in_code[0] != _family_part(family):
        found.append(_("il cognome nel codice è «%(letters)s»", letters=in_code[0]))
    if in_code[1] != _given_part(given):
        found.append(_("il nome nel codice è «%(letters)s»", letters=in_code[1]))
    return found


def _single_name_contradictions(in_code: tuple[str, str], name: str) -> list[str]:
    """One name alone may be the family's or the given one; none at all contradicts nothing."""
    if not name or in_code[0] == _family_part(name) or in_code[1] == _given_part(name):
        return []
    return [_("il nome nel codice è «%(letters)s»", letters=" ".join(in_code))]


def _contradicts(birth: KnownBirth, in_code: date) -> bool:
    return (
        birth.year % 100 != in_code.year % 100
        or (birth.month is not None and birth.month != in_code.month)
        or (birth.day is not None and birth.day != in_code.day)
    )


def _letters(name: str) -> str:
    return "".join(letter for letter in folded(name).upper() if letter.isalpha())


def _family_part(letters: str) -> str:
    consonants, vowels = _sorted_out(letters)
    return f"{consonants}{vowels}XXX"[:3]


def _given_part(letters: str) -> str:
    consonants, vowels = _sorted_out(letters)
    if len(consonants) > 3:
        return consonants[0] + consonants[2:4]
    return f"{consonants}{vowels}XXX"[:3]


def _sorted_out(letters: str) -> tuple[str, str]:
    consonants = "".join(letter for letter in letters if letter not in "AEIOU")
    return consonants, "".join(letter for letter in letters if letter in "AEIOU")
