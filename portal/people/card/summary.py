# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person as pages say it: the line of facts, the warnings, what a code says otherwise. Pure."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.codice_fiscale import contradictions, read_codice_fiscale
from portal.core.italy.formats import PartialDate
from portal.core.italy.states_and_comuni import Comune, State, get_comune, get_state
from portal.people import rules
from portal.people.card.phone import show_phone
from portal.people.rules import PersonFacts

SOON = 90
"""Days before the expiry of a permit from which it is said in warning ink."""


@dataclass(frozen=True)
class Expiry:
    """When a permit ends, how that is said, and whether it needs attention."""

    on: date
    text: str
    note: str
    warn: bool


def fact_line(facts: PersonFacts) -> list[str]:
    """«F», «nata il 12/04/1988 (38 anni)», «Senegal», «Montefosco», «tel. 333 100 4417»."""
    parts = [
        str(rules.SEXES[facts.sex]) if facts.sex else "",
        birth_text(facts),
        get_state(facts.citizenships[0]).name if facts.citizenships else "",
        residence_text(facts.residence_kind, facts.residence_comune),
        _("tel. %(number)s", number=phone_text(facts)) if facts.phone else "",
    ]
    return [part for part in parts if part]


def birth_text(facts: PersonFacts) -> str:
    """«nata il 12/04/1988 (38 anni)», «nato nel 1991 (34–35 anni)»."""
    if facts.birth is None:
        return ""
    born = {"F": _("nata"), "M": _("nato")}.get(facts.sex or "", _("nato/a"))
    preposition = _("il") if facts.birth.day else _("nel")
    day = birth_day(facts.birth, conventional=facts.birth_conventional)
    return f"{born} {preposition} {day} ({formats.age(facts.birth, clock.today())})"


def birth_day(birth: PartialDate, *, conventional: bool) -> str:
    """«01/01/1990 conv.» where day and month were only agreed upon."""
    day = formats.partial_day(birth)
    return _("%(day)s conv.", day=day) if conventional else day


def residence_text(kind: str, comune: str | None) -> str:
    """«Lucca», «Pisa, fuori provincia», «estero»; empty where it is not stated."""
    name = get_comune(comune).name if comune else ""
    if kind == rules.COMUNE or kind == rules.NOT_STATED:
        return name
    label = str(rules.RESIDENCE_KINDS[kind]).lower()
    return ", ".join(filter(None, (name, label)))


def phone_text(facts: PersonFacts) -> str:
    """«333 100 4417», or nothing."""
    return show_phone(facts.phone) if facts.phone else ""


def birthplace_text(facts: PersonFacts) -> str:
    """«Dakar, Senegal»."""
    state = get_state(facts.birth_state).name if facts.birth_state else ""
    return ", ".join(filter(None, (facts.birth_city, state)))


def permit_text(kind: str | None) -> str:
    """The kind of permit, or nothing."""
    return str(rules.PERMIT_KINDS[kind]) if kind else ""


def permit_expiry(facts: PersonFacts) -> Expiry | None:
    """«scade il 14/02/2027», «fra 83 giorni»; a warning when it is near or past."""
    if facts.permit_expires_on is None:
        return None
    day, left = facts.permit_expires_on, (facts.permit_expires_on - clock.today()).days
    if left < 0:
        return Expiry(
            day,
            _("scaduto il %(day)s", day=formats.day(day)),
            ngettext("da %(n)s giorno", "da %(n)s giorni", -left, n=formats.count(-left)),
            True,
        )
    ahead = ngettext("fra %(n)s giorno", "fra %(n)s giorni", left, n=formats.count(left))
    note = ahead if left else _("oggi")
    return Expiry(day, _("scade il %(day)s", day=formats.day(day)), note, left < SOON)


def code_contradictions(facts: PersonFacts) -> list[str]:
    """What the codice fiscale says otherwise than the rest: a warning, never an obstacle."""
    if not facts.codice_fiscale:
        return []
    code = read_codice_fiscale(facts.codice_fiscale)
    said = contradictions(
        code,
        family_name=facts.family_name,
        given_name=facts.given_name,
        sex=facts.sex,
        birth=facts.birth,
    )
    place = code.birthplace
    if place and facts.birth_state and _abroad(place) not in (None, facts.birth_state):
        said.append(_("il luogo di nascita nel codice è %(name)s", name=place.name))
    return said


def _abroad(place: State | Comune) -> str | None:
    return place.istat3 if isinstance(place, State) else None
