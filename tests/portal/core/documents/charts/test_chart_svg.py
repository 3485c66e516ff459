# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charts as SVG: what stands alone on paper, and what a page shows and says."""

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask_babel import Babel

from portal.core.documents.charts.layout import chart_svg, draw
from portal.core.documents.document import Chart
from portal.core.documents.pdf import png_of_svg
from portal.core.web import templating
from tests.portal.core.documents.charts.drawings import MONTHS, ROOT, bars, line, said, topics

SVG = "{http://www.w3.org/2000/svg}"
LOOKS = pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
KINDS = pytest.mark.parametrize("kind", ["bars", "line"])


@pytest.fixture(scope="module")
def pages() -> Iterator[Flask]:
    """Templates alone: charts need neither a request nor a database."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    Babel(app, default_locale="it")
    templating.prepare(app, ROOT / "templates")
    with app.app_context():
        yield app


def parsed(chart: Chart, *, narrow: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(chart_svg(chart, narrow=narrow))  # noqa: S314


def on_a_page(pages: Flask, chart: Chart) -> BeautifulSoup:
    template = pages.jinja_env.from_string("{{ ui.chart(chart) }}")
    return BeautifulSoup(template.render(chart=chart), "html.parser")


@LOOKS
@KINDS
def test_the_svg_stands_alone_and_says_what_it_shows(pages: Flask, kind: str, narrow: bool) -> None:
    name = "Richieste <b>&\"'"
    chart = replace(topics(), kind=kind, name=name, labels=("<&>", *topics().labels[1:]))
    svg = parsed(chart, narrow=narrow)
    assert (svg.tag, svg.get("role"), svg.get("aria-label")) == (SVG + "svg", "img", name)
    drawing = draw(chart, narrow=narrow, headed=True)
    assert svg.get("viewBox") == f"0 0 {svg.get('width')} {svg.get('height')}"
    assert (float(svg.get("width") or 0), float(svg.get("height") or 0)) == pytest.approx(
        (drawing.width, drawing.height), abs=0.1
    )
    assert svg.get("font-family") == "Titillium Web, sans-serif"
    assert [one.text or "" for one in svg.iter(SVG + "text")] == [one.text for one in drawing.texts]
    assert {one.tag.removeprefix(SVG) for one in svg.iter()} <= {
        "svg", "line", "rect", "text", "polyline", "circle",
    }  # fmt: skip
    attributes = {name for one in svg.iter() for name in one.keys()}
    assert not {one for one in attributes if one in ("style", "class", "id") or one[:2] == "on"}


def test_the_svg_has_what_the_drawing_has(pages: Flask) -> None:
    chart = bars(("a", 3, 4), ("b", None, 6))
    svg = parsed(chart)
    drawing = draw(chart, headed=True)
    shapes = [*drawing.bars, *drawing.swatches]
    found = list(svg.iter(SVG + "rect"))
    for shape, rect in zip(shapes, found, strict=True):
        at = [float(rect.get(name) or -1) for name in ("x", "y", "width", "height")]
        assert at == pytest.approx([shape.x, shape.y, shape.width, shape.height], abs=0.06)
        # Told apart in grey too: one is full, the other has an edge.
        assert (rect.get("fill"), rect.get("stroke")) == (
            ("#ffffff", "#5d7083") if shape.is_second else ("#0066cc", None)
        )
    drawn = parsed(line((1, None, 2, 3), (1, 2, 3, 4), labels=MONTHS[:4]))
    points = [len((one.get("points") or "").split()) for one in drawn.iter(SVG + "polyline")]
    assert points == [1, 2, 4]
    assert len(list(drawn.iter(SVG + "circle"))) == 7


def test_on_paper_the_drawing_says_unit_and_periods_itself(pages: Flask) -> None:
    chart = bars(("a", 3, 4))
    headed, bare = draw(chart, headed=True), draw(chart)
    assert said(headed, "head") == ["Richieste ogni 100 utenti"]
    assert said(headed, "scale")[:2] == ["2016", "2015"]
    assert [one.is_second for one in headed.swatches] == [False, True]
    assert (said(bare, "head"), bare.swatches) == ([], ())
    assert headed.bars[0].y - bare.bars[0].y == headed.height - bare.height > 16
    for one in (bars(("a", 3)), line((1, 2), (3, 4), labels=MONTHS[:2])):
        assert draw(one, headed=True).swatches == ()


@KINDS
def test_the_typesetter_takes_the_drawing(pages: Flask, kind: str) -> None:
    picture = png_of_svg(chart_svg(replace(topics(), kind=kind)), width_mm=60)
    assert picture.startswith(b"\x89PNG")


def test_a_page_has_both_drawings_and_the_style_leaves_one(pages: Flask) -> None:
    figure = on_a_page(pages, topics()).find("figure")
    assert figure is not None
    drawn = figure.find_all("svg", role="img")
    assert [one["aria-label"] for one in drawn] == ["Richieste"] * 2
    assert [one["width"] for one in drawn] == ["720", "340"]
    # What the style takes away is silent by itself; to hide the other too would leave no name.
    assert not any(one.find_parents(attrs={"aria-hidden": True}) or one.has_attr("aria-hidden")
                   for one in drawn)  # fmt: skip
    assert [one.parent["class"] for one in drawn] == [["chart-wide"], ["chart-narrow"]]
    css = (ROOT / "portal/static/chart.css").read_text(encoding="utf-8")
    always, _screen, small = css.partition("@media screen")
    shown = re.compile(r"\.(chart-\w+) \{ display: (\w+)")
    assert shown.findall(always) == [("chart-narrow", "none")]
    assert shown.findall(small) == [("chart-wide", "none"), ("chart-narrow", "block")]


@pytest.mark.parametrize(
    ("chart", "caption"),
    [
        (bars(("a", 3, 4)), "Richieste ogni 100 utenti 2016 2015"),
        (bars(("a", 3)), "Richieste ogni 100 utenti"),
        (line((1, 2), (3, 4), labels=MONTHS[:2]), "Accessi"),
    ],
    ids=["paired", "alone", "line"],
)
def test_swatches_tell_two_bars_apart_and_nothing_else(
    pages: Flask, chart: Chart, caption: str
) -> None:
    found = on_a_page(pages, chart).find("figcaption")
    assert found is not None
    assert " ".join(found.get_text().split()) == caption
    swatches = found.find_all("svg")
    assert len(swatches) == caption.count("20")
    assert all(one["aria-hidden"] == "true" for one in swatches)


@KINDS
def test_a_page_carries_no_style_and_no_script(pages: Flask, kind: str) -> None:
    hostile = replace(topics(), kind=kind, unit="<script>alert(1)</script>", labels=("<i>",) * 14)
    soup = on_a_page(pages, hostile)
    assert soup.find(["script", "style", "i"]) is None
    assert soup.find(style=True) is None
    assert soup.find(id=True) is None
