# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names as they are searched: folded to plain letters, whole and in parts. Pure.

A word holds together what an apostrophe or a hyphen joins («D’Angelo» is «dangelo») and also lies
in its parts («angelo»), so that each way of writing it down finds the other. What is shown is
never touched by this.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from anyascii import anyascii
from flask_babel import gettext as _

from portal.core.italy import formats
from portal.core.italy.codice_fiscale import read_codice_fiscale

LONGEST = 100
ENDING = "~"
"""Before the digits of a phone written backwards: its last digits are a prefix too."""
SHORTEST_NUMBER = 4
FEWEST_PAIRS = 4
ABROAD = "00"
"""What some dial for the + of a prefix; a phone is kept without either."""
WHOLE_CODE = 16
CODE_PARTS = (6, 8, 11)
"""Where in a codice fiscale the birth begins, its month and day, and the birthplace."""
EDGES = "+,;:()"
"""Around a word, and no part of it."""

_JOINERS = re.compile(r"[\s'’ʼʻ‘´`\-‐‑–—./_]+")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_PHONE = re.compile(r"\(?\+?\d[\d().\-/]*")
_DAY_MONTH = re.compile(r"(\d{1,2})[/.](\d{1,2})")
_DATE = re.compile(
    r"\d{1,2}([/.-])\d{1,2}\1(\d{4}|\d{2})|\d{1,2}[/.-]\d{4}|\d{4}-\d{1,2}(-\d{1,2})?"
)
_CODE = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z0-9]{16}", re.IGNORECASE)


def normalised_words(text: str) -> set[str]:
    """The words of a name: each as a whole, its parts, and the name run together."""
    chunks = text.split()
    words = {whole for chunk in chunks if (whole := folded(chunk))}
    for chunk in chunks:
        words.update(part for part in _parts(chunk) if len(part) > 1)
    if whole := folded(text):
        words.add(whole)
    return words


def folded(text: str) -> str:
    """The text as plain lower-case letters and digits, run together."""
    plain = anyascii(unicodedata.normalize("NFKC", text)).casefold()
    return re.sub(r"[^a-z0-9]+", "", plain)[:LONGEST]


def number_words(digits: str) -> set[str]:
    """A phone as words: whole, without the Italian prefix, and backwards."""
    digits = re.sub(r"\D", "", digits)
    return {digits, digits.removeprefix("39"), ENDING + digits[::-1]} if digits else set()


def code_words(code: str) -> set[str]:
    """A codice fiscale as words: whole, and from each of its later parts on."""
    code = code.lower()
    parts = {code[first:] for first in CODE_PARTS} if len(code) == WHOLE_CODE else set()
    return {code} | parts


@dataclass(frozen=True)
class Term:
    """One thing typed in the search box; any of its readings may be the meant one.

    `prefixes` are beginnings of words; the birth is known as far as year, month and day are.
    """

    prefixes: tuple[str, ...] = ()
    year: int | None = None
    year_end: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def says_birth(self) -> bool:
        return (self.year, self.year_end, self.month, self.day) != (None,) * 4

    @property
    def is_name(self) -> bool:
        return not self.says_birth and any(prefix.isalpha() for prefix in self.prefixes)


def read_search(text: str, today: date) -> list[Term]:
    """What was typed, term by term: words of a name, a birth, the digits of a phone or code."""
    chunks = formats.shown(text, 200).split()
    terms = [_term(chunk, today) for chunk in _numbers_joined(chunks, today)]
    return [term for term in terms if term.prefixes or term.says_birth]


def find_wrong(text: str, today: date) -> str:
    """What no person can have of what was typed, and is not searched for; empty if all can be."""
    chunks = formats.shown(text, 200).split()
    return next(filter(None, (_wrong(chunk.strip(EDGES), today) for chunk in chunks)), "")


def _wrong(plain: str, today: date) -> str:
    """Why a whole date or code cannot be anybody's; one still being typed is not yet wrong."""
    try:
        if _DATE.fullmatch(plain) and formats.parse_partial(plain).earliest > today:
            return _("La data %(day)s è nel futuro", day=plain)
        if _CODE.fullmatch(plain):
            read_codice_fiscale(plain)
    except ValueError as error:
        return str(error)
    return ""


def _term(chunk: str, today: date) -> Term:
    plain = chunk.strip(EDGES)
    if not re.search(r"\d", plain):
        return _word(plain)
    if _wrong(plain, today):
        # The names beside it still lead to somebody.
        return Term()
    if re.fullmatch(r"\d+", plain):
        return _digits(plain, today)
    if found := _DAY_MONTH.fullmatch(plain):
        return Term(month=int(found[2]), day=int(found[1]))
    try:
        birth = formats.parse_partial(plain)
    except ValueError:
        return _word(plain)
    return Term(year=birth.year, month=birth.month, day=birth.day)


def _word(chunk: str) -> Term:
    word = folded(chunk)
    return Term(prefixes=(word,)) if word else Term()


def _digits(digits: str, today: date) -> Term:
    """Two digits end a year, four may be one, eight may be a day; from four on also a phone."""
    if len(digits) == 2:
        return Term(year_end=int(digits))
    if len(digits) < SHORTEST_NUMBER:
        return Term(prefixes=(digits,))
    either = (digits[:LONGEST], ENDING + digits[::-1][:LONGEST])
    if digits.startswith(ABROAD) and len(digits) >= len(ABROAD) + SHORTEST_NUMBER:
        return Term((*either, digits.removeprefix(ABROAD)[:LONGEST]))
    if len(digits) == 4 and formats.FIRST_YEAR <= int(digits) <= today.year:
        return Term(either, year=int(digits))
    if len(digits) == 8:
        try:
            birth = formats.parse_day(digits)
        except ValueError:
            return Term(either)
        return Term(either, birth.year, None, birth.month, birth.day)
    return Term(either)


def _numbers_joined(chunks: list[str], today: date) -> list[str]:
    """«333 100 4417» is one number, «88 1991» and a date beside a number are not."""
    joined: list[str] = []
    for chunk in _pairs_joined([_number_in(chunk) for chunk in chunks]):
        if joined and _continues(joined[-1], chunk, today):
            joined[-1] += chunk
        else:
            joined.append(chunk)
    return joined


def _number_in(chunk: str) -> str:
    """The digits of a telephone, or of a part of one, however they are parted; or what it is."""
    if not _PHONE.fullmatch(chunk) or _DATE.fullmatch(chunk) or _DAY_MONTH.fullmatch(chunk):
        return chunk
    return ("+" if "+" in chunk else "") + re.sub(r"\D", "", chunk)


def _pairs_joined(chunks: list[str]) -> Iterator[str]:
    """«33 31 00 44 17»: nobody writes so many years one after the other."""
    for is_pair, run in groupby(chunks, lambda chunk: bool(re.fullmatch(r"\d\d", chunk))):
        pairs = list(run)
        yield from ["".join(pairs)] if is_pair and len(pairs) >= FEWEST_PAIRS else pairs


def _continues(before: str, chunk: str, today: date) -> bool:
    if not (re.fullmatch(r"\+\d+|\d{3,}", before) and re.fullmatch(r"\d+", chunk)):
        return False
    return not any(
        len(digits) == 4 and formats.FIRST_YEAR <= int(digits) <= today.year
        for digits in (before.lstrip("+"), chunk)
    )


def _parts(chunk: str) -> Iterable[str]:
    """What lies between apostrophes and hyphens; each ideograph is a part of its own."""
    return map(folded, _JOINERS.split(_IDEOGRAPH.sub(r" \g<0> ", chunk)))
