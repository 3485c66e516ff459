# SPDX-License-Identifier: AGPL-3.0-or-later
"""States and comuni, with the days on which each was valid.

Pure: reads the two files of config/reference once per process. A name may be written in any case,
with or without accents; a comune that shares its name with another needs its province.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

UNDECOMPOSED = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
    | {"ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th"}
)
"""Letters that Unicode does not take apart into a plain letter and an accent."""


@dataclass(frozen=True, slots=True)
class State:
    """A state or territory; `istat3` is its key, three characters, also when it is dissolved."""

    istat3: str
    z_code: str
    iso2: str
    iso3: str
    name: str
    area: str
    eu: bool
    is_citizenship: bool
    is_birth: bool
    valid_from: date | None
    valid_to: date | None
    aliases: tuple[str, ...]

    def existed_on(self, day: date | None) -> bool:
        """Whether it existed on the day; today, when no day is given."""
        return _within(self.valid_from, self.valid_to, day)


@dataclass(frozen=True, slots=True)
class Comune:
    """A comune under one name; `istat6` is its key, empty for those that no longer are."""

    istat6: str
    catastale: str
    name: str
    other_name: str
    province: str
    valid_from: date | None
    valid_to: date | None
    successor: str

    @property
    def full_name(self) -> str:
        """«Lucca (LU)»: five names are borne by two comuni, so the province is always said."""
        return f"{self.name} ({self.province})"

    def existed_on(self, day: date | None) -> bool:
        """Whether it existed under this name on the day; today, when no day is given."""
        return _within(self.valid_from, self.valid_to, day)


@cache
def list_states() -> tuple[State, ...]:
    """Every state and territory, today's and dissolved, by name."""
    return tuple(sorted(map(_state, _rows("states.csv")), key=lambda state: folded(state.name)))


@cache
def list_citizenships() -> tuple[State, ...]:
    """The states whose citizen one may be today, and the stateless, by name."""
    return tuple(state for state in list_states() if state.is_citizenship)


def get_state(istat3: str) -> State:
    """The state with this key; KeyError if there is none."""
    return _states_by_key()[istat3]


def find_state(text: str) -> State | None:
    """The state meant by an Italian name, another name, an ISO, ISTAT or cadastral code."""
    return _states_by_code().get(text.strip().upper()) or _states_by_name().get(folded(text))


# Accession and withdrawal treaties: the file of states knows only today's members.
MEMBER_SINCE = {"BG": date(2007, 1, 1), "RO": date(2007, 1, 1), "HR": date(2013, 7, 1)}
MEMBER_UNTIL = {"GB": date(2020, 1, 31)}


def is_eu_on(state: State, day: date) -> bool:
    """Whether a state was a member of the European Union on a day, from 2004 on."""
    if until := MEMBER_UNTIL.get(state.iso2):
        return day <= until
    return state.eu and day >= MEMBER_SINCE.get(state.iso2, date.min)


@cache
def list_comuni() -> tuple[Comune, ...]:
    """Every comune of today, by name and province."""
    standing = (comune for comune in _all_comuni() if comune.valid_to is None)
    return tuple(sorted(standing, key=lambda comune: (folded(comune.name), comune.province)))


def get_comune(istat6: str) -> Comune:
    """The comune with this ISTAT code; KeyError if there is none."""
    return _comuni_by_istat()[istat6]


def find_comune(text: str, on: date | None = None) -> Comune | None:
    """The one comune meant, or None when there is none or more than one."""
    matches = match_comuni(text, on)
    return matches[0] if len(matches) == 1 else None


def match_comuni(text: str, on: date | None = None) -> list[Comune]:
    """The comuni meant by an ISTAT or cadastral code, «Nome», «Nome (LU)» or «Nome LU».

    Those that existed on the day. Without a day today's, or failing that those into which the
    former ones were merged, where that is known.
    """
    named = _named(text)
    if on is not None:
        return [comune for comune in named if comune.existed_on(on)]
    standing = [comune for comune in named if comune.existed_on(None)]
    return standing or _successors(named)


def place_of_birth(catastale: str, on: date | None = None) -> State | Comune | None:
    """The state or comune that a cadastral code meant on a day; without a day the latest."""
    code = catastale.strip().upper()
    places = _places_by_cadastral_code().get(code, [])
    known = [place for place in places if on is None or place.existed_on(on)]
    return known[-1] if known else None


def folded(text: str) -> str:
    """The text as names are compared: no case, accents or punctuation."""
    plain = unicodedata.normalize("NFKD", text.translate(UNDECOMPOSED))
    return " ".join(re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower()))


def _within(since: date | None, until: date | None, day: date | None) -> bool:
    if day is None:
        return until is None
    return (since is None or since <= day) and (until is None or day <= until)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (files("config") / "reference" / name).open(encoding="utf-8") as opened:
        yield from csv.DictReader(opened)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _state(row: dict[str, str]) -> State:
    return State(
        istat3=row["istat3"],
        z_code=row["z_code"],
        iso2=row["iso2"],
        iso3=row["iso3"],
        name=row["name"],
        area=row["area"],
        eu=row["eu"] == "1",
        is_citizenship=row["is_citizenship"] == "1",
        is_birth=row["is_birth"] == "1",
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        aliases=tuple(filter(None, row["aliases"].split("|"))),
    )


def _comune(row: dict[str, str]) -> Comune:
    return Comune(
        istat6=row["istat6"],
        catastale=row["catastale"],
        name=row["name"],
        other_name=row["other_name"],
        province=row["province"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        successor=row["successor"],
    )


@cache
def _states_by_key() -> dict[str, State]:
    return {state.istat3: state for state in list_states()}


@cache
def _states_by_code() -> dict[str, State]:
    return {
        code: state
        for state in list_states()
        for code in (state.istat3, state.z_code, state.iso2, state.iso3)
        if code
    }


@cache
def _states_by_name() -> dict[str, State]:
    """Where names meet, today's state wins over a dissolved one and its own name over others."""
    names: dict[str, State] = {}
    today_first = sorted(list_states(), key=lambda state: state.valid_to is not None)
    for state in today_first:
        names.setdefault(folded(state.name), state)
    for state in today_first:
        for alias in state.aliases:
            names.setdefault(folded(alias), state)
    return names


@cache
def _all_comuni() -> tuple[Comune, ...]:
    return tuple(map(_comune, _rows("comuni.csv")))


@cache
def _comuni_by_istat() -> dict[str, Comune]:
    return {comune.istat6: comune for comune in _all_comuni() if comune.istat6}


@cache
def _places_by_cadastral_code() -> dict[str, list[State | Comune]]:
    """Every code inside a codice fiscale, its meanings in the order of time."""
    places: dict[str, list[State | Comune]] = defaultdict(list)
    for state in list_states():
        if state.z_code:
            places[state.z_code].append(state)
    for comune in _all_comuni():
        places[comune.catastale].append(comune)
    return places


@cache
def _comuni_by_name() -> dict[str, list[Comune]]:
    """By name, with and without the province, and by the name in the other language."""
    names: dict[str, list[Comune]] = defaultdict(list)
    for comune in _all_comuni():
        spoken = (comune.name, comune.other_name, f"{comune.name} {comune.other_name}")
        for name in {folded(name) for name in spoken} - {""}:
            names[name].append(comune)
            names[f"{name} {comune.province.lower()}"].append(comune)
    return names


def _named(text: str) -> list[Comune]:
    code = text.strip().upper()
    if code in _comuni_by_istat():
        return [_comuni_by_istat()[code]]
    coded = _places_by_cadastral_code().get(code, [])
    return [place for place in coded if isinstance(place, Comune)] or list(
        _comuni_by_name().get(folded(text), ())
    )


def _successors(former: Iterable[Comune]) -> list[Comune]:
    """Today's comuni that the former ones became: renamed, or merged into another."""
    found: dict[str, Comune] = {}
    for comune in former:
        code = comune.successor or comune.catastale
        for heir in _places_by_cadastral_code()[code]:
            if isinstance(heir, Comune) and heir.valid_to is None:
                found[heir.catastale] = heir
    return list(found.values())
