# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charts to draw, and the measure of words in the font itself rather than by our estimate."""

import csv
from fractions import Fraction
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from portal.core.documents.charts.shapes import Drawing, Exact, Role
from portal.core.documents.document import Chart, Series
from tests.seed import BASELINE_USERS, USERS, table

ROOT = Path(__file__).parents[5]
FONTS = ROOT / "portal/static/vendor/print-fonts"
MONTHS = tuple(
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
    .split()
)  # fmt: skip


def bars(*rows: tuple[str, *tuple[Exact | None, ...]], places: int = 0) -> Chart:
    """A chart of bars: a label with its one or two values for each row."""
    of_series = list(zip(*(row[1:] for row in rows), strict=True))
    series = tuple(Series(f"20{16 - number}", one) for number, one in enumerate(of_series))
    labels = tuple(row[0] for row in rows)
    return Chart("a", "bars", "Richieste", "Richieste ogni 100 utenti", labels, series, places)


def line(*series: tuple[Exact | None, ...], labels: tuple[str, ...] = MONTHS) -> Chart:
    """A chart of one or two lines: the values of each."""
    named = tuple(Series(f"20{16 - number}", one) for number, one in enumerate(series))
    return Chart("b", "line", "Accessi per mese", "Accessi", labels, named)


def topics() -> Chart:
    """The desk's own document, as the relazione draws it."""
    rows = list(csv.reader(table().decode().splitlines(), delimiter=";"))[1:-1]
    return bars(
        *((label, Fraction(100 * int(now), USERS), Fraction(100 * int(then), BASELINE_USERS))
          for label, now, then, _change in rows),
        places=1,
    )  # fmt: skip


@cache
def font(weight: int) -> tuple[dict[int, str], dict[str, tuple[int, int]], int]:
    with TTFont(FONTS / f"titillium-{weight}.ttf") as opened:
        return opened.getBestCmap(), dict(opened["hmtx"].metrics), opened["head"].unitsPerEm


def true_width(text: str, letter: float, weight: int = 400) -> float:
    glyphs, advances, units = font(weight)
    return letter * sum(advances[glyphs[ord(one)]][0] for one in text) / units


def said(drawing: Drawing, *roles: Role) -> list[str]:
    """The words that have one of the roles."""
    return [one.text for one in drawing.texts if one.role in roles]
