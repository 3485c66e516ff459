# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much two descriptions speak of one person, and why, in words. Pure.

The score is a sum of bits (Fellegi and Sunter): what a match of each fact is worth against chance,
less the odds of meeting any one person of the desk. Above zero it is more likely than not. A rare
name is worth more than a common one, a birth on 1 January little more than its year.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log2

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.core.italy.formats import PartialDate
from portal.people.matching import name_scoring, search_terms
from portal.people.matching.name_scoring import Rarity
from portal.people.rules import PersonFacts

WORTH_SHOWING = 0.0
STRONG = 3.0

SAME_CODE, OTHER_CODE = 30.0, -3.0
SAME_PHONE, SAME_EMAIL = 6.0, 6.0
SAME_SEX, OTHER_SEX = 0.8, -6.0
SAME_CITIZENSHIP, OTHER_CITIZENSHIP = 1.0, -1.5

SAME_YEAR, SAME_DAY = 5.0, 8.0
NEXT_YEAR, OTHER_YEAR = -1.5, -7.0
SAME_FIRST_OF_JANUARY = 1.0
NEXT_DAY, SWAPPED, ONE_DIFFERS, OTHER_DAY = 4.0, 4.0, -0.5, -4.0


SAME_CODE_SAID = _l("stesso codice fiscale")
SAME_PHONE_SAID, SAME_EMAIL_SAID = _l("stesso telefono"), _l("stessa e-mail")
SOUND_SAID = _l("suono simile")
SAME_DATE_SAID, SAME_YEAR_SAID = _l("stessa data di nascita"), _l("stesso anno di nascita")
SAME_DAY_SAID, SWAPPED_SAID = _l("stesso giorno e mese"), _l("giorno e mese scambiati")
DAY_BEFORE_SAID = {"F": _l("nata un giorno prima"), "M": _l("nato un giorno prima")}
DAY_AFTER_SAID = {"F": _l("nata un giorno dopo"), "M": _l("nato un giorno dopo")}


@dataclass(frozen=True)
class Evidence:
    """What one fact says: bits for (above zero) or against, and how that is told."""

    bits: float
    said: LazyString | None = None


@dataclass(frozen=True)
class Likeness:
    """The sum of the bits, and of what it is made."""

    score: float
    evidence: tuple[Evidence, ...]

    @property
    def worth_showing(self) -> bool:
        return self.score >= WORTH_SHOWING

    @property
    def strong(self) -> bool:
        return self.score >= STRONG

    @property
    def reasons(self) -> tuple[str, ...]:
        """In words, strongest first; put into words only here, for the few that are shown."""
        told = sorted(self.evidence, key=lambda one: -one.bits)
        return tuple(str(reason.said) for reason in told if reason.said is not None)


def likeness(
    asked: PersonFacts, known: PersonFacts, *, rarity: Mapping[str, float], people: int
) -> Likeness:
    """Compare what was asked with a person of a desk of so many; `rarity` in bits for each word."""
    evidence = [
        *_names(asked, known, Rarity(rarity, people)),
        _birth(asked, known),
        _sex(asked, known),
        _code(asked, known),
        _same(asked.phone, known.phone, Evidence(SAME_PHONE, SAME_PHONE_SAID)),
        _same(asked.email, known.email, Evidence(SAME_EMAIL, SAME_EMAIL_SAID)),
        _citizenship(asked, known),
    ]
    found = tuple(finding for finding in evidence if finding)
    score = sum(finding.bits for finding in found) - log2(people + name_scoring.SMOOTHING)
    return Likeness(score, found)


def _names(asked: PersonFacts, known: PersonFacts, rarity: Rarity) -> Iterable[Evidence]:
    """The best of all the names that the two are known by."""
    best = max(
        (
            name_scoring.compare(mine, theirs, rarity)
            for mine in _all_names(asked)
            for theirs in _all_names(known)
        ),
        key=lambda one: one.bits,
    )
    yield Evidence(best.bits, best.said)
    if best.sounds_alike:
        yield Evidence(0, SOUND_SAID)


def _all_names(facts: PersonFacts) -> list[tuple[str, str]]:
    own = (facts.family_name, facts.given_name)
    return [own, *((alias, "") for alias in facts.aliases)]


def _code(asked: PersonFacts, known: PersonFacts) -> Evidence | None:
    """The same code decides; another one may be a reissue."""
    if not asked.codice_fiscale or not known.codice_fiscale:
        return None
    same = Evidence(SAME_CODE, SAME_CODE_SAID)
    return _same(asked.codice_fiscale, known.codice_fiscale, same) or Evidence(OTHER_CODE)


def _same(mine: str | None, theirs: str | None, evidence: Evidence) -> Evidence | None:
    return evidence if mine and theirs and mine.casefold() == theirs.casefold() else None


def _sex(asked: PersonFacts, known: PersonFacts) -> Evidence | None:
    """Only F against M speaks against; X and nothing leave it open."""
    told = {asked.sex, known.sex}
    if not told <= {"F", "M"}:
        return None
    return Evidence(SAME_SEX if len(told) == 1 else OTHER_SEX)


def _citizenship(asked: PersonFacts, known: PersonFacts) -> Evidence | None:
    if not asked.citizenships or not known.citizenships:
        return None
    shared = set(asked.citizenships) & set(known.citizenships)
    return Evidence(SAME_CITIZENSHIP if shared else OTHER_CITIZENSHIP)


def _birth(asked: PersonFacts, known: PersonFacts) -> Evidence | None:
    """The year, then month and day as far as both are known."""
    mine, theirs = asked.birth, known.birth
    if mine is None or theirs is None:
        return None
    if mine.year != theirs.year:
        return _other_year(mine, theirs, asked.birth_conventional or known.birth_conventional)
    if None in (mine.month, theirs.month):
        return Evidence(SAME_YEAR, SAME_YEAR_SAID)
    if mine == theirs:
        if _is_conventional(asked) or _is_conventional(known):
            return Evidence(SAME_YEAR + SAME_FIRST_OF_JANUARY, SAME_YEAR_SAID)
        return Evidence(SAME_YEAR + SAME_DAY, SAME_DATE_SAID)
    if mine.day is None or theirs.day is None:
        bits = 3.0 if mine.month == theirs.month else ONE_DIFFERS
        return Evidence(SAME_YEAR + bits, SAME_YEAR_SAID)
    if _is_conventional(asked) or _is_conventional(known):
        return Evidence(SAME_YEAR, SAME_YEAR_SAID)
    return _other_day(mine, theirs, known.sex or asked.sex or "")


def _is_conventional(facts: PersonFacts) -> bool:
    birth = facts.birth
    return facts.birth_conventional or (birth is not None and (birth.month, birth.day) == (1, 1))


def _other_day(mine: PartialDate, theirs: PartialDate, sex: str) -> Evidence:
    apart = (theirs.earliest - mine.earliest).days
    if abs(apart) == 1:
        said = DAY_BEFORE_SAID if apart < 0 else DAY_AFTER_SAID
        return Evidence(SAME_YEAR + NEXT_DAY, said.get(sex, said["M"]))
    if (mine.month, mine.day) == (theirs.day, theirs.month):
        return Evidence(SAME_YEAR + SWAPPED, SWAPPED_SAID)
    one_differs = mine.month == theirs.month or mine.day == theirs.day
    return Evidence(SAME_YEAR + (ONE_DIFFERS if one_differs else OTHER_DAY), SAME_YEAR_SAID)


def _other_year(mine: PartialDate, theirs: PartialDate, conventional: bool) -> Evidence:
    """A digit wrong or two exchanged, when day and month are the same and mean something."""
    near = abs(mine.year - theirs.year) == 1
    bits = NEXT_YEAR if near else OTHER_YEAR
    days = (mine.month, mine.day), (theirs.month, theirs.day)
    if days[0] != days[1] or None in days[0] or days[0] == (1, 1) or conventional:
        return Evidence(bits)
    digits = sum(a != b for a, b in zip(str(mine.year), str(theirs.year), strict=True))
    slip = near or digits == 1 or sorted(str(mine.year)) == sorted(str(theirs.year))
    return Evidence(SAME_DAY + (NEXT_YEAR if slip else OTHER_YEAR), SAME_DAY_SAID)


def differing(asked: PersonFacts, known: PersonFacts) -> Iterator[str]:
    """The facts that both tell, and tell differently."""
    for name in ("family_name", "given_name"):
        mine, theirs = (search_terms.folded(getattr(facts, name)) for facts in (asked, known))
        if mine and theirs and mine != theirs:
            yield name
    if asked.birth and known.birth and not _may_be_same_day(asked.birth, known.birth):
        yield "birth"
    for name in ("sex", "phone", "codice_fiscale", "email", "residence_comune"):
        mine, theirs = getattr(asked, name), getattr(known, name)
        if mine and theirs and mine != theirs:
            yield name
    if asked.citizenships and known.citizenships and asked.citizenships != known.citizenships:
        yield "citizenships"


def _may_be_same_day(mine: PartialDate, theirs: PartialDate) -> bool:
    pairs = ((getattr(mine, part), getattr(theirs, part)) for part in ("year", "month", "day"))
    return all(a == b for a, b in pairs if a is not None and b is not None)
