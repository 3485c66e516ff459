# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the bars, lines and words of a chart stand."""

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.documents.charts.layout import draw
from portal.core.documents.charts.shapes import (
    MOST_TICKS,
    Drawing,
    Exact,
    Text,
    printed,
    steps_to,
)
from portal.core.documents.document import Chart, Series
from portal.core.documents.text_width import MOST_LINES
from tests.examples import slow
from tests.portal.core.documents.charts.drawings import (
    MONTHS,
    bars,
    line,
    said,
    topics,
    true_width,
)

LONG = "Informazioni sulla regolarizzazione per conto di terzi e di famigliari conviventi " * 2
LOOKS = pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])

values = st.none() | st.integers(0, 10**12) | st.fractions(0, 10**6, max_denominator=999)
words = st.text("abcdefilmnoprstuwzABEIMNQW -.,()’àèù0123456789", max_size=130)
names = st.text("abcdelmn 0123456789–", min_size=1, max_size=24)


@st.composite
def charts(draws: st.DrawFn) -> Chart:
    """Any chart whose words are in the Latin script."""
    labels = draws(st.lists(words, max_size=14))
    many = draws(st.integers(1, 2))
    some = st.lists(values, min_size=len(labels), max_size=len(labels))
    series = tuple(Series(draws(names), tuple(draws(some))) for _ in range(many))
    kind = draws(st.sampled_from(["bars", "line"]))
    return Chart("a", kind, "A", draws(words), tuple(labels), series, draws(st.integers(0, 2)))


def box(one: Text, letter: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the words as the font sets them, accents apart."""
    wide = true_width(one.text, letter, 600 if one.role in ("head", "first") else 400)
    left = one.x - {"start": 0, "middle": wide / 2, "end": wide}[one.anchor]
    return left, one.y - 0.7 * letter, left + wide, one.y + 0.22 * letter


def overlapping(drawing: Drawing) -> list[tuple[str, str]]:
    boxes = [(one.text, box(one, drawing.letter)) for one in drawing.texts if one.text]
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def outside(drawing: Drawing) -> list[str]:
    return [
        one.text
        for one in drawing.texts
        for left, top, right, bottom in [box(one, drawing.letter)]
        if left < 0 or top < 0 or right > drawing.width or bottom > drawing.height
    ]


def numbers(drawing: Drawing) -> Iterator[float]:
    yield drawing.height
    for one in (*drawing.bars, *drawing.swatches):
        yield from (one.x, one.y, one.width, one.height)
    for rule in drawing.rules:
        yield from (rule.x1, rule.y1, rule.x2, rule.y2)
    for drawn in drawing.lines:
        yield from (number for piece in drawn.pieces for point in piece for number in point)


# The scale


@pytest.mark.parametrize(
    ("largest", "places", "scale"),
    [
        (0, 0, "0 1"),
        (1, 0, "0 1"),
        (3, 0, "0 1 2 3"),
        (6, 0, "0 2 4 6"),
        (Fraction(8300, 172), 1, "0 10 20 30 40 50"),
        (50, 0, "0 10 20 30 40 50"),
        (51, 0, "0 20 40 60"),
        (101, 0, "0 50 100 150"),
        (Fraction(9, 10), 1, "0,0 0,2 0,4 0,6 0,8 1,0"),
        (Fraction(1, 100), 1, "0,0 0,1"),
        (2034567, 0, "0 500.000 1.000.000 1.500.000 2.000.000 2.500.000"),
    ],
)
def test_a_scale_has_steps_that_are_easily_counted(largest: Exact, places: int, scale: str) -> None:
    assert " ".join(printed(steps_to(largest, places))) == scale


@given(st.fractions(Fraction(1, 1000), 10**30), st.integers(0, 3), st.integers(2, MOST_TICKS))
def test_a_scale_reaches_the_largest_value_in_few_steps(
    largest: Fraction, places: int, most: int
) -> None:
    steps = steps_to(largest, places, most)
    assert steps[0] == 0
    assert 2 <= len(steps) <= most
    assert steps[-2] < largest <= steps[-1]
    assert len({after - before for before, after in pairwise(steps)}) == 1
    assert steps[1] * 10**places >= 1
    assert str(steps[1] * 10**places).rstrip("0") in ("1", "2", "5")
    assert len({text.partition(",")[2] == "" for text in printed(steps)}) == 1


def test_figures_of_a_scale_do_not_touch_where_they_are_long() -> None:
    drawing = draw(bars((LONG, 10**12)))
    assert said(drawing, "scale") == ["0", "500.000.000.000", "1.000.000.000.000"]
    assert overlapping(drawing) == []


# Bars


@LOOKS
def test_bars_are_as_long_as_the_exact_values(narrow: bool) -> None:
    chart = topics()
    drawing = draw(chart, narrow=narrow)
    known = [value for pair in zip(*(one.values for one in chart.series), strict=True)
             for value in pair]  # fmt: skip
    longest = max(drawing.bars, key=lambda bar: bar.width)
    assert longest.width > drawing.width / 2
    for bar, value in zip(drawing.bars, known, strict=True):
        assert bar.width == pytest.approx(longest.width * float(value / max(known)))
    assert {bar.x for bar in drawing.bars} == {longest.x}


def test_bars_agree_with_the_scale_below_them() -> None:
    drawing = draw(bars(("a", 20), ("b", 45)))
    places = dict(zip(said(drawing, "scale"), drawing.rules, strict=True))
    assert [rule.x1 for rule in drawing.rules if rule.is_axis] == [drawing.bars[0].x]
    assert drawing.bars[0].x + drawing.bars[0].width == pytest.approx(places["20"].x1)
    assert drawing.bars[1].x + drawing.bars[1].width == pytest.approx(
        (places["40"].x1 + places["50"].x1) / 2
    )
    for text in drawing.texts[-len(places) :]:
        assert text.x == places[text.text].x1


@LOOKS
def test_each_value_stands_at_the_end_of_its_bar(narrow: bool) -> None:
    # Half up, on the exact fraction: 0.05 is 0,1.
    drawing = draw(bars(("a", Fraction(1, 20), 1234), ("b", 0, 2), places=1), narrow=narrow)
    texts = [one for one in drawing.texts if one.role in ("first", "second")]
    assert [one.text for one in texts] == ["0,1", "1.234,0", "0,0", "2,0"]
    for bar, text in zip(drawing.bars, texts, strict=True):
        left, top, _right, _bottom = box(text, drawing.letter)
        assert 4 <= left - (bar.x + bar.width) <= 8
        assert (top + text.y) / 2 == pytest.approx(bar.y + bar.height / 2)
        assert (text.role == "second") is bar.is_second


@LOOKS
def test_a_value_that_is_not_known_leaves_its_place_empty(narrow: bool) -> None:
    whole = draw(bars(("a", 3, 4), ("b", 5, 6)), narrow=narrow)
    holed = draw(bars(("a", None, 4), ("b", 5, 6)), narrow=narrow)
    assert holed.bars == whole.bars[1:]
    assert said(holed, "first", "second") == ["4", "5", "6"]


def test_names_beside_bars_end_at_the_same_place() -> None:
    drawing = draw(topics())
    labels = [one for one in drawing.texts if one.role == "label"]
    assert [one.text for one in labels] == list(topics().labels)
    assert {(one.anchor, one.x < drawing.bars[0].x) for one in labels} == {("end", True)}
    assert len({one.x for one in labels}) == 1
    for number, label in enumerate(labels):
        first, second = drawing.bars[2 * number : 2 * number + 2]
        middle = (first.y + second.y + second.height) / 2
        assert label.y - 0.35 * drawing.letter == pytest.approx(middle)


def test_on_a_phone_a_name_stands_above_its_bars_in_letters_of_real_size() -> None:
    drawing = draw(topics(), narrow=True)
    labels = [one for one in drawing.texts if one.role == "label"]
    assert 12 <= drawing.letter <= 14
    assert 12 <= draw(topics()).letter <= 14
    below = 0.0
    for number, label in enumerate(labels):
        _left, top, _right, bottom = box(label, drawing.letter)
        first, second = drawing.bars[2 * number : 2 * number + 2]
        assert below < top < bottom < first.y < second.y
        below = second.y + second.height
    assert said(drawing, "scale") == []
    assert {(one.anchor, one.x) for one in labels} == {("start", drawing.bars[0].x)}


@LOOKS
@pytest.mark.parametrize("count", [0, 1, 25])
def test_any_number_of_labels_is_drawn_in_its_height(count: int, narrow: bool) -> None:
    some = tuple(range(count))
    series = (Series("2016", some), Series("2015", some))
    chart = replace(topics(), labels=tuple(f"Voce {one}" for one in some), series=series)
    drawing = draw(chart, narrow=narrow)
    ends = [bar.y + bar.height for bar in drawing.bars]
    assert len(ends) == 2 * count
    assert all(end <= bar.y for end, bar in zip(ends, drawing.bars[1:], strict=False))
    assert max(ends, default=0) < drawing.height <= max(ends, default=0) + 40


@LOOKS
def test_a_chart_of_zeros_has_bars_without_length(narrow: bool) -> None:
    drawing = draw(bars(("a", 0), ("b", Fraction(0))), narrow=narrow)
    assert [bar.width for bar in drawing.bars] == [0, 0]
    assert said(drawing, "first") == ["0", "0"]


@LOOKS
def test_long_names_break_and_are_cut_visibly(narrow: bool) -> None:
    drawing = draw(bars((LONG, 1), ("x" * 200, 2), ("Breve", 3)), narrow=narrow)
    labels = [one.text for one in drawing.texts if one.role == "label"]
    assert len(labels) == 2 * MOST_LINES + 1
    assert (labels[2][-1], labels[5][-1], labels[6]) == ("…", "…", "Breve")
    assert LONG.startswith(" ".join(labels[:3])[:-1])
    assert overlapping(drawing) == []
    assert outside(drawing) == []


def test_a_scale_cannot_begin_below_zero() -> None:
    with pytest.raises(ValueError, match="negative"):
        draw(bars(("a", 3), ("b", Fraction(-1, 2))))


# Lines


@LOOKS
def test_points_stand_at_their_values(narrow: bool) -> None:
    drawing = draw(line((0, 30, 60), labels=MONTHS[:3]), narrow=narrow)
    ((points,),) = (one.pieces for one in drawing.lines)
    places = dict(zip(said(drawing, "scale"), (rule.y1 for rule in drawing.rules), strict=False))
    assert points[0][1] == places["0"]
    assert points[1][1] == pytest.approx((places["20"] + places["40"]) / 2)
    assert points[2][1] == pytest.approx(places["60"])
    assert points[1][0] - points[0][0] == pytest.approx(points[2][0] - points[1][0])
    assert [rule.y1 for rule in drawing.rules if rule.is_axis] == [places["0"]] * 4


def test_a_value_that_is_not_known_breaks_the_line() -> None:
    drawing = draw(line((1, 2, None, 4, None, None, 5, 6, 7), labels=MONTHS[:9]))
    assert [len(piece) for piece in drawing.lines[0].pieces] == [2, 1, 3]


def test_a_series_has_its_name_where_its_line_ends() -> None:
    # At the same height, but far from each other: neither gives way.
    drawing = draw(line((31, 42, 11, *[None] * 9), tuple(range(12))))
    names = [one for one in drawing.texts if one.role in ("first", "second")]
    assert [one.text for one in names] == ["2016", "2015"]
    for drawn, name in zip(drawing.lines, names, strict=True):
        x, y = drawn.pieces[-1][-1]
        assert 6 <= name.x - x <= 14
        assert name.y - 0.35 * drawing.letter == pytest.approx(y)


@LOOKS
@pytest.mark.parametrize("last", [(0, 0), (9, 9), (10, 10), (9, 10), (10, 9)])
def test_names_of_lines_that_end_together_are_kept_apart(
    last: tuple[int, int], narrow: bool
) -> None:
    chart = line((3, 10, last[0]), (10, 3, last[1]), labels=MONTHS[:3])
    long = [replace(one, name=f"I semestre {one.name}") for one in chart.series]
    for drawing in (
        draw(chart, narrow=narrow),
        draw(replace(chart, series=tuple(long)), narrow=narrow),
    ):
        assert overlapping(drawing) == []
        assert outside(drawing) == []
        first, second = (
            [one.y for one in drawing.texts if one.role == role] for role in ("first", "second")
        )
        assert max(first) < min(second) if last[0] >= last[1] else max(second) < min(first)


def test_a_series_without_any_value_has_no_name() -> None:
    assert said(draw(line((1, 2), (None, None), labels=MONTHS[:2])), "first", "second") == ["2016"]


@pytest.mark.parametrize(
    ("narrow", "count", "shown"),
    [
        (False, 6, MONTHS[:6]),
        (False, 12, MONTHS[::2]),
        (True, 12, MONTHS[::3]),
        (True, 3, MONTHS[:3]),
        (True, 1, MONTHS[:1]),
        (True, 0, ()),
    ],
)
def test_as_many_months_are_named_as_have_room(
    narrow: bool, count: int, shown: tuple[str, ...]
) -> None:
    drawing = draw(line(tuple(range(count)), labels=MONTHS[:count]), narrow=narrow)
    assert tuple(one for one in said(drawing, "scale") if one in MONTHS) == shown
    assert sum(rule.x1 == rule.x2 for rule in drawing.rules) == count
    assert outside(drawing) == []


# Any chart


@LOOKS
def test_what_stands_above_takes_the_lines_that_it_needs(narrow: bool) -> None:
    chart = bars(("a", 3, 4))
    series = tuple(replace(one, name="Accessi del " * 6 + one.name) for one in chart.series)
    drawing = draw(replace(chart, unit=LONG, series=series), narrow=narrow, headed=True)
    assert len({one.y for one in drawing.swatches}) == 2
    assert overlapping(drawing) == []
    assert outside(drawing) == []


@LOOKS
@slow()
@given(chart=charts(), headed=st.booleans())
def test_no_words_overlap_or_leave_the_drawing(chart: Chart, headed: bool, narrow: bool) -> None:
    drawing = draw(chart, narrow=narrow, headed=headed)
    assert overlapping(drawing) == []
    assert outside(drawing) == []


@LOOKS
@slow()
@given(chart=charts(), headed=st.booleans())
def test_everything_has_a_place_within_the_drawing(
    chart: Chart, headed: bool, narrow: bool
) -> None:
    drawing = draw(chart, narrow=narrow, headed=headed)
    assert all(math.isfinite(number) and number >= 0 for number in numbers(drawing))
    assert all(bar.x + bar.width <= drawing.width for bar in drawing.bars)
    assert all(
        x <= drawing.width for one in drawing.lines for piece in one.pieces for x, _y in piece
    )
    printed_values = sum(value is not None for one in chart.series for value in one.values)
    drawn = (
        drawing.bars
        if chart.kind == "bars"
        else [point for one in drawing.lines for piece in one.pieces for point in piece]
    )
    assert len(drawn) == printed_values
