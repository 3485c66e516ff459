# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a codice fiscale says of a person, as facts, and how it fills what nobody has said yet.

Pure. A code fills only what is empty; where it says otherwise than a person, the person is right.
"""

import re
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from portal.core.italy import formats
from portal.core.italy.codice_fiscale import read_codice_fiscale
from portal.core.italy.formats import PartialDate
from portal.core.italy.states_and_comuni import Comune, State
from portal.people.rules import PersonFacts

ITALY = "100"
# Where «in» is not what is said before a state's name.
BEFORE = (
    ("nelle ", r"Isole|Filippine|Maldive|Comore|Seychelles|Bahamas|Bermuda|Terre"),
    ("nella ", r"Federazione|Repubblica|Martinica|Polinesia|Nuova C"),
    ("negli ", r"Emirati|Stati"),
    ("nei ", r"Paesi"),
    ("nel ", r"Regno|Sahara|Protettorato|Sud S|Stato"),
    ("nell’", r"Unione|Isola"),
    (
        "a ",
        r"Cuba|Cipro|Malta|Singapore|Haiti|Capo Verde|Taiwan|Hong Kong|San Marino|Panama|Monaco"
        r"|Gibuti|Gibilterra|Porto Rico|Santa Lucia|Barbados|Maurizio|Grenada|Dominica$|Aruba"
        r"|Curaçao|Kiribati|Nauru|Palau|Tonga|Tuvalu|Vanuatu|Samoa|Trinidad|São|Saint|Sint|Mayotte",
    ),
)


@dataclass(frozen=True)
class CodeFacts:
    """The facts that lie in a code; a provisional one holds none."""

    text: str
    sex: str | None = None
    birth: PartialDate | None = None
    birth_state: str | None = None
    birth_city: str = ""
    line: str = ""
    """«F, 12/04/1988, nata in Senegal»."""


def facts_from_code(code: str) -> CodeFacts:
    """Read a code as typed; ValueError says in Italian what is wrong with it."""
    read = read_codice_fiscale(code)
    if read.birth_date is None or read.birthplace is None:
        return CodeFacts(read.text, line=_("codice provvisorio: non dice altro"))
    day, place = read.birth_date, read.birthplace
    abroad = isinstance(place, State)
    born = {"F": _("nata"), "M": _("nato")}[read.sex or ""]
    return CodeFacts(
        text=read.text,
        sex=read.sex,
        birth=PartialDate(day.year, day.month, day.day),
        birth_state=place.istat3 if isinstance(place, State) else ITALY,
        birth_city="" if abroad else place.name,
        line=f"{read.sex}, {formats.day(day)}, {born} {_where(place)}",
    )


def filled(facts: PersonFacts) -> PersonFacts:
    """The facts with what their code says put where nothing is said; a bad code fills nothing."""
    try:
        said = facts_from_code(facts.codice_fiscale or "")
    except ValueError:
        return facts
    state = facts.birth_state or said.birth_state
    same_state = state == said.birth_state
    return replace(
        facts,
        sex=facts.sex or said.sex,
        birth=facts.birth or said.birth,
        birth_state=state,
        birth_city=facts.birth_city or (said.birth_city if same_state else ""),
    )


def _where(place: State | Comune) -> str:
    if isinstance(place, Comune):
        return _("a %(place)s", place=place.full_name)
    for before, names in BEFORE:
        if re.match(names, place.name):
            return before + place.name
    return _("in %(place)s", place=place.name)
