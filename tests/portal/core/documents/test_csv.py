# SPDX-License-Identifier: AGPL-3.0-or-later
"""The three CSV styles, and the guard against text that a spreadsheet would run."""

import csv
import io
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.documents.csv import Style, csv_bytes
from portal.core.documents.tables import Column, Row, Table

STYLES: tuple[Style, ...] = ("historical", "excel_it", "data")
COLUMNS = (
    Column("topic", "Tipologia", "text"),
    Column("count", "2016", "count", group="Richieste"),
    Column("rate", "Incidenza", "share"),
    Column("change", "punti", "change"),
    Column("on", "Giorno", "date"),
)
TABLE = Table(
    "Prova",
    COLUMNS,
    (
        Row(("Idoneità; casa", 1234, Fraction(5500, 149), Fraction(-107, 10), date(2016, 6, 30))),
        Row(("Totale", 0, None, "", None), "total"),
    ),
)


def test_the_historical_style() -> None:
    assert csv_bytes(TABLE, style="historical").decode() == (
        "Tipologia;Richieste 2016;Incidenza;punti;Giorno\n"
        '"Idoneità; casa";1234;36,9;-10,7%;30/06/2016\n'
        "Totale;0;n.d.;;n.d.\n"
    )


def test_the_style_for_excel_in_italian() -> None:
    assert (
        csv_bytes(TABLE, style="excel_it")
        == (
            "\ufeffTipologia;Richieste 2016;Incidenza;punti;Giorno\r\n"
            '"Idoneità; casa";1234;36,9;-10,7;30/06/2016\r\n'
            "Totale;0;n.d.;;n.d.\r\n"
        ).encode()
    )


def test_the_style_for_programs() -> None:
    assert csv_bytes(TABLE, style="data").decode() == (
        "topic,count,rate,change,on\r\n"
        "Idoneità; casa,1234,36.912752,-10.700000,2016-06-30\r\n"
        "Totale,0,,,\r\n"
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "  =1"],
)
def test_text_that_a_spreadsheet_would_run_is_guarded(text: str, style: Style) -> None:
    table = Table("Prova", (COLUMNS[0],), (Row((text,)),))
    assert _read(csv_bytes(table, style=style), style)[1] == ["'" + text]


@pytest.mark.parametrize("style", STYLES)
def test_figures_are_never_guarded(style: Style) -> None:
    table = Table("Prova", (COLUMNS[3],), (Row((Fraction(-107, 10),)),))
    assert _read(csv_bytes(table, style=style), style)[1][0].startswith("-10")


@pytest.mark.parametrize(
    ("cell", "written"), [("a\rb", '"a\rb"'), ('a"b', '"a""b"'), ("a\nb", '"a\nb"'), ("a b", "a b")]
)
def test_a_cell_is_quoted_only_where_it_must_be(cell: str, written: str) -> None:
    table = Table("Prova", COLUMNS[:2], (Row((cell, 7)),))
    assert csv_bytes(table, style="historical").decode().split("\n", 1)[1] == f"{written};7\n"


@pytest.mark.parametrize("style", STYLES)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_stays_in_its_cell(text: str, style: Style) -> None:
    table = Table("Prova", COLUMNS[:2], (Row((text, 7)),))
    rows = _read(csv_bytes(table, style=style), style)
    assert len(rows) == 2
    assert rows[1][0].removeprefix("'") == text.removeprefix("'")
    assert rows[1][1] == "7"


def _read(content: bytes, style: Style) -> list[list[str]]:
    text = content.decode("utf-8-sig" if style == "excel_it" else "utf-8")
    return list(
        csv.reader(io.StringIO(text, newline=""), delimiter="," if style == "data" else ";")
    )
