# SPDX-License-Identifier: AGPL-3.0-or-later
"""How wide words are and where they break, for those who draw them where nothing measures them.

Widths are estimated, rather too wide than too narrow; sizes are those of the letter, in pixels.
"""

from collections.abc import Iterable, Iterator
from unicodedata import combining, east_asian_width

MOST_LINES = 3
# In sizes of the letter, of Titillium Web 600: of the characters that are far from a common one.
WIDTHS = {
    character: width
    for characters, width in {
        " .,:;!|'’ijlI": 0.27,
        "()[]Jfrt": 0.37,
        "-/": 0.44,
        "kLsvxyz": 0.5,
        "ABCEFGPRSTVXYZ": 0.62,
        "mw": 0.85,
        "MW@…": 0.98,
        "—": 1.15,
    }.items()
    for character in characters
}
CAPITAL, COMMON, IDEOGRAM = 0.7, 0.57, 1.05


def width_of(text: str, letter: float) -> float:
    return letter * sum(map(_letters, text))


def _letters(character: str) -> float:
    if combining(character):
        return 0
    if east_asian_width(character) in "WF":
        return IDEOGRAM
    return WIDTHS.get(character, CAPITAL if character.isupper() else COMMON)


def widest(texts: Iterable[str], letter: float) -> float:
    return max((width_of(text, letter) for text in texts), default=0)


def wrapped(text: str, room: float, letter: float) -> list[str]:
    """Lines that fit the room, at most three; an ellipsis stands for what is left over."""
    lines: list[str] = []
    for word in text.split():
        for part in _parts(word, room, letter):
            if lines and width_of(f"{lines[-1]} {part}", letter) <= room:
                lines[-1] += f" {part}"
            else:
                lines.append(part)
    kept, rest = lines[: MOST_LINES - 1], lines[MOST_LINES - 1 :]
    return [*kept, cut(" ".join(rest), room, letter)] if rest else kept or [""]


def _parts(word: str, room: float, letter: float) -> Iterator[str]:
    """The word, broken where it is longer than a line."""
    part = ""
    for character in word:
        if part and width_of(part + character, letter) > room:
            yield part
            part = ""
        part += character
    yield part


def cut(text: str, room: float, letter: float) -> str:
    """The text, or what of it fits before an ellipsis."""
    if width_of(text, letter) <= room:
        return text
    while text and width_of(f"{text}…", letter) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"
