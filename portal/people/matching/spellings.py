# SPDX-License-Identifier: AGPL-3.0-or-later
"""One name, many spellings: what the romanisations of a name have in common. Pure.

A part of a name is known by its forms (rules: French and English spellings of Arabic, Slavic
languages and their passports, Pinyin and Wade-Giles), by its lines in config/names/variants.csv,
and by both again without article, «Ben» and «Abd».
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from portal.people.matching import chinese_syllables
from portal.people.matching.search_terms import folded

SHORTEST_FRAME = 3
"""Fewer consonants than these are shared by too many names."""
SHORTEST_LOOSE = 5
"""Shorter forms must stand in the table letter by letter: «li» is not «lee» everywhere."""

_APART = re.compile(r"[\s\-‐‑–—./_]+")
_SPELT_OUT = str.maketrans(
    {"đ": "dj", "ђ": "dj", "š": "sh", "ş": "sh", "ș": "sh", "č": "ch", "ć": "ch", "ç": "ch"}
    | {"ž": "zh", "ţ": "ts", "ț": "ts", "ñ": "ny", "ğ": "gh", "ä": "ae", "х": "kh"}
)
_ARTICLES = frozenset(
    "al el ul ur ud as ash ar an ad at az es ech er en ed et ez il le la de del della da das dos"
    " du di d los las y e van von ou".split()
)
_SONS = re.compile(r"ben|bin|ibn|bent|bint|bou|abu|abou|ait|ould|oum|umm|bel")
_SERVANT = re.compile(r"abd(?:[aeiou]{1,2}[lrsnzdt]?)?|abd[aeiou]{1,2}sh")
_SERVANT_OF = re.compile(r"abd[aeiou]{0,2}(.{4,})")
_ARTICLE_INSIDE = re.compile(r"l(?=.)|([rsnzdt])(?=\1)|sh(?=sh)|ch(?=ch)")
_OF_THE_SON = re.compile(r"(?:bel|ben|bin|ibn)(.{4,})")
_THE = re.compile(r"(?:al|el)-?(.{4,})")
_FAITH = re.compile(r"(.{3,}?)(?:[ue]d|edd?|al|el|oud?)?d[ie]{1,2}ne?")
_TAIL = re.compile(r"(.{4,})u[lr]")

# In this order; upper-case letters stand for sounds that take two letters to write.
_RULES = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"shch|tsch|tch|sch|sh", "S"),
        (r"chr", "kr"),
        (r"cz|ch", "S"),
        (r"kh", "h"),
        (r"gh", "g"),
        (r"dzh|dj|xh|gj", "J"),
        (r"zh", "j"),
        (r"dh", "d"),
        (r"th", "t"),
        (r"ph", "f"),
        (r"^hs|^x", "S"),
        (r"c?qu(?=[ei])|c?q|ck", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"x", "ks"),
        (r"tz|ts", "s"),
        (r"off$|ow$", "ov"),
        (r"aw(?=[^aeiouy]|$)", "au"),
        (r"w|ou(?=[aeiy])", "v"),
        (r"oo|ou|uu", "u"),
        (r"ee", "i"),
        (r"^[iyj]e", "e"),
        (r"^[iyj](?=[aou])", "j"),
        (r"(?<=[^aeiouyj])[iyj]u", "u"),
        (r"(?<=[^aeiouyj])[iyj]e", "e"),
        (r"i[iyj]a|[yi]a", "ia"),
        (r"i[iyj]|y[iy]|yj", "i"),
        (r"[ae][iy](?=[^aou]|$)|aye", "e"),
        (r"y(?=[aeou])", "i"),
        (r"y", "i"),
        (r"(?<=[aeiou])h$", ""),
        (r"(.)\1+", r"\1"),
        (r"J", "j"),
    )
]
_READINGS = (
    (re.compile(r"(?<=.)j(?=[aeiou])|^j"), "y"),  # Slavic, Albanian
    (re.compile(r"g(?=[ei])"), "j"),  # Italian, French
    (re.compile(r"(?<![cskztpdgbjx])h(?=.)"), "g"),  # Ukrainian beside Russian
    (re.compile(r"^g(?=[aou])"), "j"),  # Egyptian
    (re.compile(r"th"), "s"),  # Turkish and Persian beside Arabic
    (re.compile(r"z"), "j"),  # Bengali
    (re.compile(r"c(?=[ei])"), "ch"),  # Italian, Romanian
    (re.compile(r"^c|c(?![hei])"), "ts"),  # Serbian, Polish
)
_HARD = str.maketrans({"S": "s", "z": "s", "d": "t", "g": "k", "b": "p", "v": "f"})


@dataclass(frozen=True)
class NamePart:
    """One part of a name. `bare` are its forms and lines without article, «Ben» and «Abd»."""

    word: str
    forms: frozenset[str]
    lines: frozenset[str]
    bare: frozenset[str]

    @cached_property
    def keys(self) -> frozenset[str]:
        """What is stored of the part, so that any spelling of it finds it by equality."""
        frames = (frame(form) for form in self.forms)
        return (
            self.marks
            | self.bare
            | {"." + skeleton for skeleton in frames if len(skeleton) >= SHORTEST_FRAME}
        )

    @cached_property
    def marks(self) -> frozenset[str]:
        """Its forms and its lines in the table; whoever shares one is a spelling of the same."""
        return frozenset(":" + form for form in self.forms) | self.lines

    @cached_property
    def is_syllabic(self) -> bool:
        """Whether it may be Chinese: each syllable then makes another name."""
        return any(line[0] == "%" for line in self.lines)

    @cached_property
    def is_listed(self) -> bool:
        """Whether the table knows the name; syllables alone are no name."""
        return any(line[0] == "#" for line in self.lines)


@lru_cache(maxsize=4096)
def parts_of(name: str) -> tuple[NamePart, ...]:
    """The parts of a family name or a given name; what only joins them is no part."""
    return tuple(_part(chunk) for chunk in _glued(_chunks(name)))


@lru_cache(maxsize=4096)
def joined(name: str) -> NamePart | None:
    """The whole name as one part, where it is written in several: «Xiao Ming» is «Xiaoming»."""
    chunks = _chunks(name)
    return _part("".join(chunks)) if len(chunks) > 1 else None


def keys_of(name: str) -> set[str]:
    """Every key of a name: of its parts, and of all of it written in one."""
    whole = joined(name)
    return {key for part in (*parts_of(name), *([whole] if whole else ())) for key in part.keys}


def frame(form: str) -> str:
    """The consonants alone, hard and soft as one: of «Mohamed» and «Mehmet» the same."""
    return re.sub(r"[aeiouhyj]", "", form).translate(_HARD)


def _chunks(name: str) -> list[str]:
    """The words of a name, spelt out where a letter stands for two."""
    return [chunk for chunk in _APART.split(name.casefold()) if folded(chunk)]


def _glued(chunks: list[str]) -> Iterator[str]:
    """«Ben», «Abd» with what follows them; articles go, unless they are all there is."""
    held, given = "", False
    for number, chunk in enumerate(chunks):
        plain, last = folded(chunk), number == len(chunks) - 1
        if not last and (_SONS.fullmatch(plain) or _SERVANT.fullmatch(plain)):
            held = "abd" if plain.startswith("abd") else plain
        elif not last and plain in _ARTICLES:
            continue
        else:
            yield held + chunk
            held, given = "", True
    if held and not given:
        yield held


@lru_cache(maxsize=8192)
def _part(chunk: str) -> NamePart:
    word = folded(chunk)
    forms = frozenset(_forms(word) | _forms(folded(chunk.translate(_SPELT_OUT))))
    lines = frozenset(_lines(word, forms)) | chinese_syllables.marks(word)
    bare: set[str] = set()
    for rest in _rests(word):
        rest_forms = _forms(rest)
        bare |= {":" + form for form in rest_forms} | set(_lines(rest, rest_forms))
    return NamePart(word, forms, lines, frozenset(bare))


def _rests(word: str) -> set[str]:
    """The word without what stands joined before or behind it, as far as that can be seen."""
    rests: set[str] = set()
    if found := _SERVANT_OF.fullmatch(word):
        inside = _ARTICLE_INSIDE.match(found[1])
        rests |= {found[1], found[1][inside.end() :] if inside else found[1]}
    for pattern in (_OF_THE_SON, _THE, _FAITH, _TAIL):
        if found := pattern.fullmatch(word):
            rests.add(found[1])
    return rests


def _forms(word: str) -> set[str]:
    """How the word sounds, in each way in which it may have been meant."""
    readings = {word} | {pattern.sub(sound, word) for pattern, sound in _READINGS}
    return {sounded for reading in readings if (sounded := _sounded(reading))}


def _sounded(word: str) -> str:
    for pattern, sound in _RULES:
        word = pattern.sub(sound, word)
    return word


def _lines(word: str, forms: Iterable[str]) -> set[str]:
    by_word, by_form = _table()
    if word in by_word:
        return set(by_word[word])
    sounded = _sounded(word)
    return set(by_form.get(sounded, ())) if len(sounded) >= SHORTEST_LOOSE else set()


@cache
def _table() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The lines of each form in variants.csv, by its letters and by its sound."""
    by_word: dict[str, set[str]] = defaultdict(set)
    by_form: dict[str, set[str]] = defaultdict(set)
    with (files("config.names") / "variants.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for form in (row["name"], *filter(None, row["forms"].split("|"))):
                by_word[folded(form)].add("#" + folded(row["name"]))
                by_form[_sounded(folded(form))].add("#" + folded(row["name"]))
    return dict(by_word), dict(by_form)
