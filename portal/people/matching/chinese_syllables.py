# SPDX-License-Identifier: AGPL-3.0-or-later
"""Chinese syllables as Pinyin (ISO 7098) and Wade-Giles write them, brought to one form. Pure.

Passports leave out the apostrophes of Wade-Giles: «ch» is then zh, ch, j or q, «k» is g or k.
"""

import re
from functools import lru_cache

MOST = 3

_INITIALS = {
    **dict.fromkeys(("zh", "ch", "j", "q"), "C"),
    **dict.fromkeys(("z", "c", "ts", "tz"), "T"),
    **dict.fromkeys(("b", "p"), "P"),
    **dict.fromkeys(("d", "t"), "D"),
    **dict.fromkeys(("g", "k"), "K"),
    **dict.fromkeys(("x", "hs"), "X"),
    **dict.fromkeys(("s", "ss", "sz"), "s"),
    **{one: one for one in ("sh", "m", "f", "n", "l", "h", "r", "y", "w", "")},
}
_FINALS = {
    **{
        one: one
        for one in (
            "a o e i u v ai ei ui ao ou iu ie ue er an en in un ang eng ing ong ia iao ian iang"
            " iong ua uo uai uan uang"
        ).split()
    },
    **{"ien": "ian", "ieh": "ie", "ueh": "ue", "ung": "ong", "iung": "iong", "uei": "ui"},
    **{"ih": "i", "eh": "e", "erh": "er", "uen": "un"},
}
_SYLLABLE = re.compile(
    f"({'|'.join(sorted(_INITIALS, key=len, reverse=True))})"
    f"({'|'.join(sorted(_FINALS, key=len, reverse=True))})"
)
_WHOLE = {"yu": "you", "yen": "yan", "yeh": "ye", "szu": "si", "ssu": "si", "tsu": "Ti"}


@lru_cache(maxsize=4096)
def marks(word: str) -> frozenset[str]:
    """«%Cang» for Zhang and Chang; nothing for a word that is not made of such syllables."""
    read = _read(word, MOST)
    return frozenset({"%" + read}) if read else frozenset()


def _read(word: str, left: int) -> str | None:
    """The word cut into syllables, the longest first; None where that cannot be done."""
    if not word:
        return ""
    if not left:
        return None
    for end in range(min(6, len(word)), 0, -1):
        one = _one(word[:end])
        if one is not None:
            rest = _read(word[end:], left - 1)
            if rest is not None:
                return one + rest
    return None


def _one(text: str) -> str | None:
    if text in _WHOLE:
        return _WHOLE[text]
    found = _SYLLABLE.fullmatch(text)
    if found is None:
        return None
    initial, final = found.groups()
    if initial == "j" and final[0] in "aeou" and final not in ("u", "ue", "uan", "un"):
        return "r" + _FINALS[final]
    if initial in ("k", "g", "h") and final == "o":
        return _INITIALS[initial] + "e"
    return _INITIALS[initial] + _FINALS[final]
