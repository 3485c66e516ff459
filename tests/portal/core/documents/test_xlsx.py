# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents as workbooks, read back with openpyxl: every figure, its type and its shown digits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell

from portal.core.documents.document import Document, Figure, Figures, Paragraph, Section
from portal.core.documents.tables import Check, Column, Row, Table, Value, cell_text
from portal.core.documents.xlsx import xlsx_bytes
from portal.core.documents.xlsx.cells import number, number_format
from tests.examples import slow
from tests.portal.core.documents.paper import (
    FIGURES,
    TEXTS,
    document,
    excel_text,
    hashes,
    of,
    plain_text,
)

COLUMNS = (
    Column("topic", "Tipologia", "text"),
    Column("count", "2016", "count", group="Richieste"),
    Column("baseline", "2015", "count", group="Richieste"),
    Column("rate", "2016", "share", group="Ogni 100 utenti"),
    Column("change", "punti", "change", group="Variazione"),
    Column("old", "in %", "change", style="historical"),
    Column("on", "Ultimo giorno", "date"),
)
TABLE = Table(
    "Richieste per tipologia",
    COLUMNS,
    (
        Row(("Cittadinanza", 5512, 38, Fraction(5500, 149), Fraction(379460, 25628),
             Fraction(-107, 10), date(2016, 6, 30))),
        Row(("Idoneità", 0, Fraction(7, 2), Fraction(1, 2), Decimal("-0.04"), Fraction(0), None)),
        Row(("Problema casa", None, "•", "—", Fraction(1, 25), None, "")),
        Row(("Totale", 214, 222, 100, "", "", ""), "total"),
    ),
    note="Divise per gli utenti.",
    check=Check(True, "✓ Le righe sommano ai totali."),
    key="richieste",
)  # fmt: skip
SMALL = Table("Utenti", COLUMNS[:1] + COLUMNS[5:6], (Row(("Donne", Fraction(1, 3))),))


def whole() -> Document:
    """A document with each kind of block and section."""
    return document(
        Section("premessa", "Premessa", (Paragraph("Lo sportello accoglie."),)),
        Section("sintesi", "Sintesi", (FIGURES, Paragraph("Ha erogato 214 servizi."))),
        Section("richieste", "Richieste", (Paragraph("Si legge così."), TABLE)),
        Section("utenti", "Utenti", (SMALL, replace(TABLE, caption="Ancora", key="b"))),
        Section("come-si-conta", "Come si conta", (Paragraph("Persone diverse.", "Utenti."),)),
    )


def book(one: Document) -> Workbook:
    return load_workbook(BytesIO(xlsx_bytes(one)))


def texts(one: Document, sheet: str) -> list[str]:
    """What a sheet says in its first column."""
    cells = (row[0].value for row in book(one)[sheet].iter_rows())
    return [str(value) for value in cells if value is not None]


def lines(one: Document, sheet: str, table: Table) -> Iterator[tuple[tuple[Cell, ...], Row]]:
    """Each line of a table as it stands in the sheet, beside the line that it was."""
    rows = list(book(one)[sheet].iter_rows())
    captions = [number for number, row in enumerate(rows) if row[0].value == table.caption]
    below = rows[captions[0] + 1 + (2 if any(c.group for c in table.columns) else 1) :]
    return zip((row[: len(table.columns)] for row in below), table.rows, strict=False)


# Figures


def test_every_figure_comes_back_as_a_number() -> None:
    one = whole()
    seen = 0
    for section in one.sections:
        for table in section.tables:
            for cells, row in lines(one, section.title, table):
                for cell, value, column in zip(cells, row.cells, table.columns, strict=True):
                    _is_same(cell, value, column)
                    seen += 1
    assert seen == 2 * 4 * 7 + 2


def _is_same(cell: Cell, value: Value, column: Column) -> None:
    if value is None or isinstance(value, str):
        assert (cell.value or "") == cell_text(value, column)
        assert value == "" or cell.data_type == "s"
    elif isinstance(value, date):
        assert cell.value == datetime(value.year, value.month, value.day)
        assert cell.number_format == "dd/mm/yyyy"
    else:
        assert isinstance(cell.value, int | float)
        assert abs(Fraction(cell.value) - Fraction(value)) < Fraction(1, 10**8)
        assert excel_text(cell.value, cell.number_format) == cell_text(value, column).replace(
            "\u2212", "-"
        )


def test_the_formats() -> None:
    one = whole()
    first, second, *_ = (cells for cells, _row in lines(one, "Richieste", TABLE))
    assert [cell.number_format for cell in first[1:6]] == [
        "#,##0", "#,##0", "#,##0.0", "+#,##0.0;-#,##0.0;#,##0.0", '0.0"%"',
    ]  # fmt: skip
    assert second[2].number_format == "#,##0.0"
    assert second[4].number_format == "#,##0.0;#,##0.0"


TENTHS = st.integers(-(10**6), 10**6)
NEAR = st.sampled_from([Fraction(n, 10**k) for n in (-1, 0, 1) for k in (3, 7, 10, 13)])
TIES = st.builds(lambda n, near: Fraction(2 * n + 1, 20) + near, TENTHS, NEAR)
ANY = st.fractions(-(10**6) + 1, 10**6 - 1)
FINE, MEAN = Column("fine", "fine", "share", places=3), Column("mean", "media", "count")


@given(value=TIES | ANY)
def test_the_digits_shown_are_those_of_the_page(value: Fraction) -> None:
    written = float(f"{number(value):.16G}")
    for column in (*COLUMNS[3:6], FINE, MEAN):
        assert excel_text(written, number_format(value, column)) == plain_text(value, column)


def test_the_large_numbers_are_numbers() -> None:
    sheet = book(whole())["Sintesi"]
    found = {row[0].value: row for row in sheet.iter_rows()}
    users, rate, visits = (found[name] for name in ("Utenti", "Servizi per utente", "Accessi"))
    assert (users[1].value, excel_text(users[1].value, users[1].number_format)) == (1149, "1.149")
    assert users[2].value == "nel 2015: 172\n67 donne"
    assert excel_text(rate[1].value, rate[1].number_format) == "1,44"
    assert visits[1].value == "n.d."


# Text stays text

HOSTILE = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "{=1+1}", "http://example.org/",
           "mailto:a@example.org", "internal:Sheet1!A1", "external:c:/x.xlsx", "007",
           "<b>&amp;</b>", "{{ 7*7 }}", "<r><t>x</t></r>", "_x0041_"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_run(text: str) -> None:
    head = Column("a", text, "text", group=text)
    table = Table(text, (head, replace(head, key="b")), (Row((text, text)),), note=text,
                  check=Check(False, text))  # fmt: skip
    figures = Figures((Figure("a", text, 1, (text,)),))
    one = document(
        Section("prima", "Prima", (table, Paragraph(text), Paragraph(text, lead=text))),
        Section("sintesi", "Seconda", (figures,)),
        title=text, subtitle=text, owner=text, desk=text, edition=text, warnings=(text,),
        running=text, provenance=text,
    )  # fmt: skip
    content = xlsx_bytes(one)
    cells = [cell for sheet in load_workbook(BytesIO(content)) for row in sheet for cell in row]
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    said = [str(cell.value).strip() for cell in cells]
    assert said.count(text) >= 13
    with ZipFile(BytesIO(content)) as packed:
        assert [name for name in packed.namelist() if "external" in name.lower()] == []


@slow()
@given(text=TEXTS)
def test_any_text_comes_back(text: str) -> None:
    table = Table("Prova", COLUMNS[:2], (Row((text, 7)),))
    ((cells, _row),) = lines(of(table), "Prima", table)
    assert [cell.value for cell in cells] == [text, 7]


def test_characters_that_xml_cannot_hold_are_seen() -> None:
    table = Table("Prova", COLUMNS[:2], (Row(("a\x00b\x1b\ud800", 7)),))
    ((cells, _row),) = lines(of(table), "Prima", table)
    assert cells[0].value == "a\ufffdb\ufffd\ufffd"


# Sheets


def test_the_sheets_and_their_names() -> None:
    assert book(whole()).sheetnames == ["Sintesi", "Richieste", "Utenti", "Come si legge"]


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (["Sintesi"], ["Sintesi (2)"]),
        (["Utenti", "UTENTI", "utenti"], ["Utenti", "UTENTI (2)", "utenti (3)"]),
        (["A/B: [c]?*\\d"], ["A B c d"]),
        (["'Apice'"], ["Apice"]),
        (["", "::"], ["Foglio", "Foglio (2)"]),
        (["x" * 40, "x" * 40], ["x" * 31, "x" * 27 + " (2)"]),
        (["History", "Cronologia"], ["History (2)", "Cronologia (2)"]),
        (["=1+1"], ["=1+1"]),
    ],
)
def test_titles_become_names_that_excel_takes(titles: list[str], names: list[str]) -> None:
    one = document(*(Section(f"s{n}", title, (SMALL,)) for n, title in enumerate(titles)))
    assert book(one).sheetnames == ["Sintesi", *names, "Come si legge"]


def test_heads_under_heads_are_merged() -> None:
    sheet = book(whole())["Richieste"]
    merged = {str(one) for one in sheet.merged_cells.ranges}
    assert {"A2:A3", "B2:C2", "F2:F3", "G2:G3"} <= merged
    assert [sheet.cell(2, n).value for n in (1, 2, 4, 5, 6)] == [
        "Tipologia", "Richieste", "Ogni 100 utenti", "Variazione", "in %",
    ]  # fmt: skip
    assert [sheet.cell(3, n).value for n in (2, 3, 4, 5)] == ["2016", "2015", "2016", "punti"]
    assert sheet["B2"].font.bold
    assert sheet["B3"].border.bottom.style


def test_the_head_stays_in_view_where_the_sheet_has_one_table() -> None:
    made = book(whole())
    assert made["Richieste"].freeze_panes == "B4"
    assert made["Richieste"].print_title_rows == "$2:$3"
    assert made["Utenti"].freeze_panes is None
    assert {sheet.page_setup.paperSize for sheet in made} == {9}
    assert {sheet.page_setup.fitToHeight for sheet in made} == {0}


def test_the_total_stands_out() -> None:
    *body, (total, _row) = lines(whole(), "Richieste", TABLE)
    assert all(cell.font.bold and cell.border.top.style for cell in total)
    assert not any(cell.font.bold for cells, _row in body for cell in cells)


def test_what_is_said_below_a_table_and_after_it() -> None:
    said = texts(whole(), "Richieste")
    assert said[-3:] == ["✓ Le righe sommano ai totali.", "Divise per gli utenti.",
                         "Si legge così."]  # fmt: skip
    wrong = replace(TABLE, check=Check(False, "✗ Non sommano."))
    cells = [row[0] for row in book(of(wrong))["Prima"] if row[0].value == "✗ Non sommano."]
    assert cells[0].font.bold


def test_the_first_sheet() -> None:
    assert texts(whole(), "Sintesi") == [
        "Relazione, I semestre 2016", "1° gennaio – 30 giugno 2016", "Provincia di Prova",
        "Centro servizi", "Edizione 1 del 23 novembre 2026", "Dati parziali.", "Sintesi", "Utenti",
        "Servizi per utente", "Accessi", "Ha erogato 214 servizi.", "Premessa",
        "Lo sportello accoglie.",
    ]  # fmt: skip


def test_the_last_sheet_explains() -> None:
    said = texts(whole(), "Come si legge")
    assert [text.split()[0] for text in said[1:6]] == ["n.d.", "—", "•", "Numeri.", "Provenienza."]
    assert said[5].endswith(
        "Centro servizi & C. · Relazione · Tipologie v1 · impronta 9f2c"
        " · Edizione 1 del 23 novembre 2026"
    )
    assert said[6:] == ["Come si conta", "Utenti. Persone diverse."]


def test_a_paragraph_too_tall_for_a_row_goes_on_in_the_next() -> None:
    words = " ".join(["parola"] * 2000)
    one = document(Section("testo", "Testo", (Paragraph(words),)))
    sheet = book(one)["Sintesi"]
    assert words in " ".join(texts(one, "Sintesi"))
    assert max(row.height or 0 for row in sheet.row_dimensions.values()) < 409


@pytest.mark.parametrize("name", ["Sportello & C.", "7 Comuni", "&" * 300, "x" * 300])
def test_a_name_does_not_command_the_foot(name: str) -> None:
    foot = book(document(running=name, provenance=name))["Sintesi"].oddFooter
    assert name.startswith(foot.left.text.strip().replace("&&", "&"))
    assert foot.left.text.count("&") % 2 == 0
    assert foot.right.text.endswith(" · pagina &P di &N")
    assert {part.size for part in (foot.left, foot.right)} == {8}


# The file


def test_the_properties() -> None:
    made = book(whole()).properties
    assert (made.title, made.creator, made.language) == (
        "Relazione, I semestre 2016", "Provincia di Prova", "it-IT",
    )  # fmt: skip
    assert made.created == made.modified == datetime(2026, 11, 23, 8, 5)


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        xlsx_bytes(document(created=datetime(2026, 11, 23)))


def test_the_same_document_is_the_same_file_anywhere_on_any_day() -> None:
    assert len(hashes(xlsx_bytes, whole())) == 1
