# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a whole divides, each way declared once: what is counted, its words, who may read it.

Whoever counts, freezes, prints, explains, protects or publishes a breakdown reads it here: a new
one is a line of BREAKDOWNS, with the column that holds it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.core.italy.states_and_comuni import get_comune, get_state, is_eu_on
from portal.figures.rules import Counts, Number
from portal.people.card import languages
from portal.people.rules import RESIDENCE_KINDS
from portal.reports.measures.detail import Detail, Parts
from portal.visits.rules import CHANNEL_LABELS, INTERPRETER_LABELS, Channel, Interpreter

AGES = (0, 14, 18, 25, 35, 45, 55, 65)
"""Where the classes of age begin; the last has no end."""
ITALY, STATELESS = "100", "999"
OTHERS = "altre"
"""The key of the line in which small groups are counted together."""


class Whole(StrEnum):
    """What divides; the word is that of the column in which a table counts it."""

    USERS = "users"
    VISITS = "visits"


Values = Callable[[Counts, Detail | None, date], Parts | None]
"""The numbers by code, of a period's figures and its last day; None where they are not known."""


@dataclass(frozen=True)
class Breakdown:
    """One way in which a whole divides.

    `key` names it in JSON, files, addresses and frozen figures; `part` is what a desk leaves out,
    `section` where it is printed. `column` is what the measure groups by; of another attribute's
    numbers regrouped it is none, and `counted` names that one.
    """

    key: str
    whole: Whole
    part: str
    section: str
    title: LazyString
    head: LazyString
    label: Callable[[str], str]
    column: str = ""
    counted: str = ""
    values: Values | None = None
    codes: tuple[str, ...] = ()
    """The lines in their order; of none the lines are those counted, the commonest first."""
    if_any: frozenset[str] = frozenset()
    """Codes that have a line only where somebody is in it."""
    most: int = 0
    """How many of the commonest have a line of their own; the others stand in one."""
    not_stated: bool = True
    """Whether «non indicato» has a line, always the last."""
    needs_records: bool = True
    """Whether past totals, which have no detail, leave it out."""
    hides_empty: bool = False
    """Whether it is left out where nothing was ever stated."""
    others: LazyString | None = None
    """The words of the small groups in the public version, where it may hold several."""
    is_public: bool = False
    method: tuple[str, ...] = ()
    """The paragraphs of «Come si conta» that its figures stand on, beside those of the whole."""
    regroup: Callable[[str, date], str] | None = field(default=None)
    """Of a breakdown of `counted`: the code under which one of its codes stands."""

    def numbers(self, counts: Counts | None, detail: Detail | None, day: date) -> Parts | None:
        """The numbers of a period, None where they are not known."""
        if counts is None:
            return None
        if self.values is not None:
            return self.values(counts, detail, day)
        found = detail.parts.get(self.counted or self.key) if detail else None
        if found is None or self.regroup is None:
            return found
        sums: dict[str, Number] = {}
        for code, number in found.items():
            group = self.regroup(code, day)
            sums[group] = sums.get(group, 0) + number
        return sums

    def members(self, line: str, known: Collection[str], day: date) -> list[str]:
        """The codes of the counted attribute that stand in a line."""
        if self.regroup is None:
            return [line]
        return [code for code in known if self.regroup(code, day) == line]


def _sexes(counts: Counts, _detail: Detail | None, _day: date) -> Parts | None:
    return {sex: counts.of_sex(sex) for sex in ("F", "M", "X", "N")}


def _newcomers(counts: Counts, detail: Detail | None, _day: date) -> Parts | None:
    new = detail.newcomers if detail else None
    if new is None or counts.users is None:
        return {"new": None, "back": None}
    return {"new": new, "back": counts.users - new}


def _sex(code: str) -> str:
    words = {"F": _("Donne"), "M": _("Uomini"), "X": _("Altro (X)"), "N": _("Non indicato")}
    return words[code]


def _newcomer(code: str) -> str:
    return _("Nuovi") if code == "new" else _("Già venuti")


def _age(code: str) -> str:
    if code == str(AGES[-1]):
        return _("%(age)s e oltre", age=AGES[-1])
    return f"{code}–{AGES[AGES.index(int(code)) + 1] - 1}"


def _area(code: str) -> str:
    words = {
        "it": _("Italia"),
        "eu": _("Altri Stati dell’Unione europea"),
        "other": _("Altri Stati"),
        "stateless": _("Apolidi"),
    }
    return words[code]


def area_of(code: str, day: date) -> str:
    """The key of a citizenship's area, by who is in the Union that day; of none stated, none."""
    if code in (ITALY, STATELESS):
        return "it" if code == ITALY else "stateless"
    return code and ("eu" if is_eu_on(get_state(code), day) else "other")


def _residence(code: str) -> str:
    return str(RESIDENCE_KINDS[code]) if code in RESIDENCE_KINDS else get_comune(code).name


DESCRIBED = ("described", "not_stated")

BREAKDOWNS = (
    Breakdown("sexes", Whole.USERS, "sesso", "utenti", _l("Utenti per sesso"), _l("Sesso"), _sex,
              column="sex", values=_sexes, codes=("F", "M", "X", "N"), if_any=frozenset("X"),
              not_stated=False, needs_records=False, is_public=True, method=DESCRIBED),
    Breakdown("newcomers", Whole.USERS, "nuovi", "utenti", _l("Utenti nuovi e già venuti"),
              _l("Utenti"), _newcomer, values=_newcomers, codes=("new", "back"), not_stated=False,
              is_public=True, method=("newcomers",)),
    Breakdown("ages", Whole.USERS, "eta", "utenti", _l("Utenti per età"), _l("Età in anni"), _age,
              column="age", codes=tuple(str(low) for low in AGES), is_public=True,
              method=DESCRIBED),
    Breakdown("areas", Whole.USERS, "area", "utenti", _l("Utenti per area di cittadinanza"),
              _l("Cittadinanza"), _area, counted="citizenships", regroup=area_of,
              codes=("it", "eu", "other", "stateless"), method=DESCRIBED),
    Breakdown("citizenships", Whole.USERS, "cittadinanza", "utenti",
              _l("Utenti per cittadinanza"), _l("Cittadinanza"),
              lambda code: get_state(code).name, column="citizenship", most=10,
              others=_l("Altre cittadinanze"), is_public=True, method=DESCRIBED),
    Breakdown("residences", Whole.USERS, "residenza", "utenti",
              _l("Utenti per Comune di residenza"), _l("Residenza"), _residence,
              column="residence", others=_l("Altri Comuni"), is_public=True, method=DESCRIBED),
    Breakdown("languages", Whole.USERS, "lingua", "utenti", _l("Utenti per lingua"),
              _l("Prima lingua indicata"), languages.name_of, column="language",
              others=_l("Altre lingue"), is_public=True, method=DESCRIBED),
    Breakdown("channels", Whole.VISITS, "modo", "attivita", _l("Accessi per modo di contatto"),
              _l("Modo"), lambda code: str(CHANNEL_LABELS[Channel(code)]), column="channel",
              codes=tuple(Channel), if_any=frozenset(Channel), not_stated=False),
    Breakdown("interpreters", Whole.VISITS, "interprete", "attivita",
              _l("Accessi per interprete"), _l("Interprete"),
              lambda code: str(INTERPRETER_LABELS[Interpreter(code)]), column="interpreter",
              codes=tuple(Interpreter), hides_empty=True, method=("not_stated",)),
)  # fmt: skip
"""In the order in which they are printed."""
BY_KEY: Mapping[str, Breakdown] = {breakdown.key: breakdown for breakdown in BREAKDOWNS}


def grouped(whole: Whole) -> tuple[Breakdown, ...]:
    """Those that the measure of this whole groups by a column of their own."""
    return tuple(
        breakdown for breakdown in BREAKDOWNS if breakdown.whole is whole and breakdown.column
    )
