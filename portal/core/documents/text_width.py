# SPDX-License-Identifier: AGPL-3.0-or-later
"""How wide words are and where they break, for those who write where nothing measures them.

The only place where a width is estimated, rather too wide than too narrow. Two rulers: a drawing
adds up its characters, in the unit in which the size of its letter is given; the column of a table
counts letters, and each kind of file says here what a letter takes in its own unit.
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

# A line of a page, in paper and in Word: an A4 between the margins of templates/layout/print.typ.
A4_WIDTH_MM, PAGE_TEXT_MM = 210, 172
# On paper: a digit in sizes of the letter, a letter of a bold head in digits.
PAPER_DIGIT_EM, PAPER_HEAD_LETTER_DIGITS = COMMON, 1.15
# In Word: a letter of a table, and one of its heads and totals, in twips.
WORD_LETTER_TWIPS, WORD_BOLD_LETTER_TWIPS = 78, 86
# In a workbook, whose columns are counted in digits: how many letters of a sentence go in one.
SHEET_LETTERS_PER_DIGIT = 1.1


# Drawn


def width_of(text: str, letter: float) -> float:
    """The width of a text in the unit of its letter's size."""
    return letter * sum(map(_letters, text))


def _letters(character: str) -> float:
    if combining(character):
        return 0
    if east_asian_width(character) in "WF":
        return IDEOGRAM
    return WIDTHS.get(character, CAPITAL if character.isupper() else COMMON)


def widest(texts: Iterable[str], letter: float) -> float:
    """The width of the widest; nothing where there are none."""
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


# In columns


def longest_word(*texts: str) -> int:
    """The letters that a column needs so that no word of the texts is broken."""
    return max((len(word) for text in texts for word in text.split()), default=0)


def column_letters(heads: Iterable[str], cells: Iterable[str], *, head_letter: float = 1) -> float:
    """The letters of a column's longest cell, or of the longest word above it.

    `head_letter` is how many letters of a cell one of a head takes.
    """
    return max(longest_word(*heads) * head_letter, *map(len, cells), 0)
