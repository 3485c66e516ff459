# SPDX-License-Identifier: AGPL-3.0-or-later
"""The languages that a desk meets, by ISO 639 code, with their Italian names. Pure."""

from functools import cache

from babel import Locale

from portal.core.italy.states_and_comuni import folded

CODES = (
    "aa af ak am ar az be bg bm bn bs ckb cs de dyu ee el en es et fa ff fil fr gu ha hi hr hu hy"
    " id ig it ja ka kab kk km ko ku lo lt lv mg mk ml mn mos my ne om pa pl ps pt ro rom ru rw si"
    " sk sl snk so sn sq sr srr sv sw ta tg th ti tr uk ur uz vi wo yo zgh zh"
).split()
# Names in daily use beside CLDR's: what people say, not another language.
OTHER_NAMES = {
    "peul": "ff",
    "pular": "ff",
    "fula": "ff",
    "dari": "fa",
    "farsi": "fa",
    "romeno": "ro",
    "moldavo": "ro",
    "bangla": "bn",
    "bengali": "bn",
    "tagalog": "fil",
    "berbero": "zgh",
    "tamazight": "zgh",
    "mandarino": "zh",
    "twi": "ak",
}


@cache
def names() -> dict[str, str]:
    """Code to Italian name, in the order of the names."""
    known = Locale("it").languages
    return dict(sorted(((code, known[code]) for code in CODES), key=lambda pair: pair[1]))


def name_of(code: str) -> str:
    """The Italian name of a language; the code itself where it is no longer listed."""
    return names().get(code, code)


def find(text: str) -> str | None:
    """The code of a language written by its Italian name, another name or its code."""
    return _by_name().get(folded(text))


@cache
def _by_name() -> dict[str, str]:
    codes = {code: code for code in CODES}
    return codes | OTHER_NAMES | {folded(name): code for code, name in names().items()}
