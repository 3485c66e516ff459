# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a drawing is made of, before templates/ui/chart.html makes it an SVG: words, bars, lines.

Everything is in pixels from the top left. There are two looks, since a phone has a drawing of its
own with letters at their real size: never the wide one made small.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import ClassVar, Literal

from portal.core.italy import formats

Exact = int | Fraction
Anchor = Literal["start", "middle", "end"]
Role = Literal["label", "first", "second", "scale", "head"]
Point = tuple[float, float]
MOST_TICKS = 6
HALF_CAPITAL = 0.35
"""From the base line of Titillium Web to the middle of its capitals and digits, in letters."""


@dataclass(frozen=True)
class Look:
    """Sizes of one of the two drawings."""

    width: int
    letter: int
    line: int
    """From one base line to the next."""
    alone: tuple[int]
    pair: tuple[int, int]
    """How thick bars are: of one series, and of two."""
    apart: int
    """Between the bars of one label and what belongs to the next."""
    names: int
    """The widest that names may be: beside bars, or at the end of a line."""
    plot: int
    """How high lines go."""
    above: bool
    """Whether labels stand above their bars, which then have no scale."""


WIDE = Look(720, 13, 16, alone=(16,), pair=(14, 12), apart=11, names=264, plot=200, above=False)
NARROW = Look(340, 14, 18, alone=(14,), pair=(14, 13), apart=12, names=100, plot=180, above=True)


@dataclass(frozen=True)
class Text:
    """Words: `y` is their base line, `x` their `anchor`; the role decides how they look."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    role: Role = "label"


@dataclass(frozen=True)
class Bar:
    """A bar or a swatch: full for the first series, white with an edge for the second."""

    x: float
    y: float
    width: float
    height: float
    is_second: bool


@dataclass(frozen=True)
class Line:
    """A series as pieces of points: a value that is not known breaks the line."""

    pieces: tuple[tuple[Point, ...], ...]
    is_second: bool


@dataclass(frozen=True)
class Rule:
    """A straight line of the scale: a step, or the axis and its marks."""

    x1: float
    y1: float
    x2: float
    y2: float
    is_axis: bool


@dataclass(frozen=True)
class Drawing:
    """Everything that is drawn; `name` says what it shows to those who do not see it."""

    xmlns: ClassVar[str] = "http://www.w3.org/2000/svg"
    name: str
    width: int
    height: float
    letter: int
    texts: tuple[Text, ...]
    rules: tuple[Rule, ...]
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    swatches: tuple[Bar, ...] = ()


@dataclass(frozen=True)
class Axis:
    """Where values stand: steps from 0, along a length that is negative where they go up."""

    start: float
    length: float
    steps: tuple[Fraction, ...]

    def at(self, value: Exact) -> float:
        """Exact until it is a pixel: a float could not hold every figure."""
        return self.start + self.length * float(value / self.steps[-1])


def steps_to(largest: Exact, places: int, most: int = MOST_TICKS) -> tuple[Fraction, ...]:
    """From 0 by 1, 2 or 5 times a power of ten, never finer than the values as printed."""
    if not largest:
        return Fraction(0), Fraction(1)
    step = next(size for size in _sizes(places) if ceil(largest / size) < most)
    return tuple(step * number for number in range(ceil(largest / step) + 1))


def _sizes(places: int) -> Iterator[Fraction]:
    power = Fraction(1, 10**places)
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def printed(steps: Sequence[Fraction]) -> list[str]:
    """A scale as people read it, all with the decimals that a step needs."""
    places = 0
    while (steps[1] * 10**places).denominator > 1:
        places += 1
    return [formats.decimal(step, places) for step in steps]


def block(
    words: Sequence[str],
    x: float,
    middle: float,
    look: Look,
    *,
    anchor: Anchor = "start",
    role: Role = "label",
) -> list[Text]:
    """Lines of words around the middle of their place."""
    first = middle - look.line * (len(words) - 1) / 2 + HALF_CAPITAL * look.letter
    return [
        Text(x, first + look.line * number, line, anchor, role) for number, line in enumerate(words)
    ]
