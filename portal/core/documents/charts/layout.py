# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the bars, lines and words of a chart stand, and the chart as an SVG that stands alone.

Exact figures become text in core/italy/formats.py and pixels here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, pairwise
from typing import Any, NamedTuple

from flask import current_app

from portal.core.documents.charts.shapes import (
    MOST_TICKS,
    NARROW,
    WIDE,
    Axis,
    Bar,
    Drawing,
    Exact,
    Line,
    Look,
    Point,
    Role,
    Rule,
    Text,
    block,
    printed,
    steps_to,
)
from portal.core.documents.document import Chart, Series
from portal.core.documents.text_width import cut, widest, width_of, wrapped
from portal.core.italy import formats

LEAST_ROOM = 60
"""For bars, however wide their names and values."""
GAP, WIDE_GAP = 6, 12
"""Between words and what they belong to, and between words beside each other."""
SWATCH, MARK = 10, 4


def draw(chart: Chart, *, narrow: bool = False, headed: bool = False) -> Drawing:
    """The chart laid out; `headed` with the words that a page writes above it."""
    if any(value < 0 for value in _known(chart)):
        raise ValueError(f"a negative value in {chart.key}: its scale begins at 0")
    look = NARROW if narrow else WIDE
    swatches, words, top = _heading(chart, look) if headed else ((), (), 0)
    drawing = (_lines if chart.kind == "line" else _bars)(chart, look, top)
    return replace(drawing, texts=(*words, *drawing.texts), swatches=swatches)


def chart_svg(chart: Chart, *, narrow: bool = False) -> str:
    """The SVG alone, for paper and for Word; needs an application, not a request."""
    macros: Any = current_app.jinja_env.globals["ui"]
    return str(macros.svg(draw(chart, narrow=narrow, headed=True)))


def _known(chart: Chart) -> list[Exact]:
    return [value for one in chart.series for value in one.values if value is not None]


def _heading(chart: Chart, look: Look) -> tuple[tuple[Bar, ...], tuple[Text, ...], float]:
    """The unit, and which of two bars is which: lines have their names at their end."""
    unit = wrapped(chart.unit, look.width, look.letter)
    words = block(unit, 0, look.line * len(unit) / 2, look, role="head")
    swatches: list[Bar] = []
    x, y = width_of(unit[-1], look.letter) + WIDE_GAP, look.line * (len(unit) - 0.5)
    is_paired = chart.kind == "bars" and len(chart.series) == 2
    for one in chart.series if is_paired else ():
        name = cut(one.name, look.width - SWATCH - GAP, look.letter)
        wide = SWATCH + GAP + width_of(name, look.letter)
        if x + wide > look.width:
            x, y = 0, y + look.line
        # The edge of the second is drawn around its place.
        swatches.append(Bar(x + 0.5, y - SWATCH / 2, SWATCH, SWATCH, bool(swatches)))
        words += block([name], x + SWATCH + GAP, y, look, role="scale")
        x += wide + WIDE_GAP
    return tuple(swatches), tuple(words), y + look.line


# Bars


def _bars(chart: Chart, look: Look, top: float) -> Drawing:
    """Horizontal bars from 0, each with its value at its end."""
    room = look.width - 1 if look.above else look.names
    names = [wrapped(label, room, look.letter) for label in chart.labels]
    thick = look.pair if len(chart.series) == 2 else look.alone
    axis = _across(chart, names, look)
    bars: list[Bar] = []
    texts: list[Text] = []
    zeros: list[Rule] = []
    end = y = top + 2
    for number, words in enumerate(names):
        middle, first, end = _row(words, sum(thick) + len(thick) - 1, look, y)
        texts += _label(words, axis.start, middle, look)
        zeros.append(Rule(axis.start, first, axis.start, end, is_axis=True))
        for bar, value in _of_label(chart, number, axis, first, thick):
            bars.append(bar)
            texts += _value(bar, formats.decimal(value, chart.places), look)
        y = end + look.apart
    rules, scale, height = (zeros, [], end + 2) if look.above else _below(axis, top, end, look)
    return Drawing(
        chart.name, look.width, height, look.letter, (*texts, *scale), tuple(rules), tuple(bars)
    )


def _across(chart: Chart, names: Sequence[Sequence[str]], look: Look) -> Axis:
    """Bars have the room that names and values leave, and a scale no more steps than fit it."""
    values = widest((formats.decimal(one, chart.places) for one in _known(chart)), look.letter)
    left = 1 if look.above else widest(chain.from_iterable(names), look.letter) + WIDE_GAP
    room = max(look.width - left - GAP - values, LEAST_ROOM)
    largest = max(_known(chart), default=0)
    if look.above:
        return Axis(left, room, (Fraction(0), Fraction(largest or 1)))
    for most in range(MOST_TICKS, 1, -1):
        steps = steps_to(largest, chart.places, most)
        if (widest(printed(steps), look.letter) + WIDE_GAP) * (len(steps) - 1) <= room:
            break
    return Axis(left, room, steps)


def _row(words: Sequence[str], stack: int, look: Look, y: float) -> tuple[float, float, float]:
    """The middle of a label's words, the top of its stack of bars, and where both end."""
    tall = look.line * len(words)
    if look.above:
        return y + tall / 2, y + tall + 2, y + tall + 2 + stack
    high = max(tall, stack)
    return y + high / 2, y + (high - stack) / 2, y + high


def _label(words: Sequence[str], start: float, middle: float, look: Look) -> list[Text]:
    if look.above:
        return block(words, start, middle, look)
    return block(words, start - GAP, middle, look, anchor="end")


def _of_label(
    chart: Chart, number: int, axis: Axis, y: float, thick: Sequence[int]
) -> Iterator[tuple[Bar, Exact]]:
    """The bars of a label with their values; one that is not known leaves its place empty."""
    for is_second, (one, high) in enumerate(zip(chart.series, thick, strict=True)):
        value = one.values[number]
        if value is not None:
            yield Bar(axis.start, y, axis.at(value) - axis.start, high, bool(is_second)), value
        y += high + 1


def _value(bar: Bar, said: str, look: Look) -> list[Text]:
    x, middle = bar.x + bar.width + GAP, bar.y + bar.height / 2
    return block([said], x, middle, look, role="second" if bar.is_second else "first")


def _below(axis: Axis, top: float, end: float, look: Look) -> tuple[list[Rule], list[Text], float]:
    """The scale under bars, and how high it makes the drawing."""
    places = [axis.at(step) for step in axis.steps]
    base = end + GAP
    rules = [Rule(x, top, x, base, is_axis=x == axis.start) for x in places]
    texts = [
        text
        for x, said in zip(places, printed(axis.steps), strict=True)
        for text in block([said], x, base + look.line * 0.75, look, anchor="middle", role="scale")
    ]
    return rules, texts, base + look.line * 1.5


# Lines


def _lines(chart: Chart, look: Look, top: float) -> Drawing:
    """Points above their labels, joined, and the name of each series where its line ends."""
    base = top + look.line / 2 + look.plot
    axis = Axis(base, -look.plot, steps_to(max(_known(chart), default=0), chart.places))
    names = [wrapped(one.name, look.names, look.letter) for one in chart.series]
    left = widest(printed(axis.steps), look.letter) + GAP
    right = look.width - WIDE_GAP - widest(chain.from_iterable(names), look.letter)
    columns = _columns(len(chart.labels), left + GAP, right - GAP)
    lines = [
        Line(_pieces(one, columns, axis), bool(is_second))
        for is_second, one in enumerate(chart.series)
    ]
    rules, scale = _left_of(axis, left, right, look)
    marks = [Rule(x, base, x, base + MARK, is_axis=True) for x in columns]
    under = _under(chart.labels, columns, base + MARK + look.line * 0.75, look)
    ends = _ends(lines, names, (top, base + MARK), look)
    height = base + MARK + look.line * 1.5
    return Drawing(
        chart.name, look.width, height, look.letter,
        (*scale, *under, *ends), (*rules, *marks), lines=tuple(lines),
    )  # fmt: skip


def _left_of(axis: Axis, left: float, right: float, look: Look) -> tuple[list[Rule], list[Text]]:
    """The scale beside lines."""
    places = [axis.at(step) for step in axis.steps]
    rules = [Rule(left, y, right, y, is_axis=y == axis.start) for y in places]
    texts = [
        text
        for y, said in zip(places, printed(axis.steps), strict=True)
        for text in block([said], left - GAP, y, look, anchor="end", role="scale")
    ]
    return rules, texts


def _columns(count: int, left: float, right: float) -> list[float]:
    if count == 1:
        return [(left + right) / 2]
    return [left + (right - left) * number / (count - 1) for number in range(count)]


def _pieces(one: Series, columns: Sequence[float], axis: Axis) -> tuple[tuple[Point, ...], ...]:
    pieces: list[list[Point]] = [[]]
    for x, value in zip(columns, one.values, strict=True):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append((x, axis.at(value)))
    return tuple(tuple(piece) for piece in pieces if piece)


def _under(
    labels: Sequence[str], columns: Sequence[float], middle: float, look: Look
) -> list[Text]:
    """Each label, or every second, third …: as many as do not touch each other."""
    words = [cut(label, look.width / 2, look.letter) for label in labels]
    halves = [width_of(word, look.letter) / 2 for word in words]
    # The first and the last would else stand partly outside the drawing.
    places = [min(max(x, half), look.width - half) for x, half in zip(columns, halves, strict=True)]

    def is_free(every: int) -> bool:
        return all(
            places[here] + halves[here] + GAP <= places[there] - halves[there]
            for here, there in pairwise(range(0, len(words), every))
        )

    every = next(filter(is_free, range(1, len(words) + 1)), 1)
    return [
        text
        for word, x in list(zip(words, places, strict=True))[::every]
        for text in block([word], x, middle, look, anchor="middle", role="scale")
    ]


class _Name(NamedTuple):
    """The name of a series, around `y`, after the point where its line ends."""

    x: float
    y: float
    words: list[str]
    role: Role


def _ends(
    lines: Sequence[Line], names: Sequence[list[str]], limits: tuple[float, float], look: Look
) -> list[Text]:
    """The name of each series; one that has no point has no name either."""
    ends = [
        _Name(*line.pieces[-1][-1], words, "second" if line.is_second else "first")
        for line, words in zip(lines, names, strict=True)
        if line.pieces
    ]
    return [
        text
        for one in _kept_apart(ends, limits, look)
        for text in block(one.words, one.x + WIDE_GAP, one.y, look, role=one.role)
    ]


def _kept_apart(names: list[_Name], limits: tuple[float, float], look: Look) -> list[_Name]:
    """Each within the limits, and of two that would touch the higher above the lower."""
    highs = [look.line * len(one.words) for one in names]
    names = [
        one._replace(y=_between(one.y, limits, high))
        for one, high in zip(names, highs, strict=True)
    ]
    if len(names) < 2 or not _touch(names[0], names[1], sum(highs) / 2, look):
        return names
    upper, lower = (0, 1) if names[0].y <= names[1].y else (1, 0)
    middle = _between((names[0].y + names[1].y) / 2, limits, sum(highs))
    top, bottom = middle - sum(highs) / 2, middle + sum(highs) / 2
    return [
        names[upper]._replace(y=top + highs[upper] / 2),
        names[lower]._replace(y=bottom - highs[lower] / 2),
    ]


def _between(middle: float, limits: tuple[float, float], high: float) -> float:
    highest, lowest = limits
    return min(max(middle, highest + high / 2), lowest - high / 2)


def _touch(one: _Name, other: _Name, high: float, look: Look) -> bool:
    wide = widest((*one.words, *other.words), look.letter)
    return abs(one.x - other.x) < wide + GAP and abs(one.y - other.y) < high
