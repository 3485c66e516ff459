# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents as Word files, read back with python-docx: every figure, every word, every time."""

import struct
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.oxml.ns import qn
from hypothesis import given

from portal.core.documents.document import Document, Figure, Figures, Paragraph, Section
from portal.core.documents.docx import check_template, docx_bytes
from portal.core.documents.docx.package import unzipped, zipped
from portal.core.documents.docx.samples import PNG
from portal.core.documents.tables import Check, Column, Row, Table
from tests.examples import slow
from tests.portal.core.documents.docx.templates import cells, edited, replaced, said, word
from tests.portal.core.documents.paper import CHART, FIGURES, TEXTS, document, hashes, in_word, of

COLUMNS = (
    Column("topic", "Tipologia", "text"),
    Column("count", "2016", "count", group="Richieste", file_head="Richieste 2016-S1"),
    Column("rate", "2016", "share", group="Ogni 100 utenti"),
    Column("change", "punti", "change", group="Variazione"),
    Column("on", "Giorno", "date"),
)
TABLE = Table(
    "Richieste per tipologia",
    COLUMNS,
    (
        Row(("Cittadinanza", 5512, Fraction(5500, 149), Fraction(-107, 10), date(2016, 6, 30))),
        Row(("Idoneità", None, "•", "—", None)),
        Row(("Totale", 214, 100, "", ""), "total"),
    ),
    note="Divise per gli utenti.",
    check=Check(True, "✓ Le righe sommano."),
    caption_visible=True,
)


def whole() -> Document:
    """A document with each kind of block."""
    return document(
        Section("premessa", "Premessa", (Paragraph("Lo sportello accoglie."),)),
        Section("sintesi", "Sintesi", (FIGURES, Paragraph("Ha erogato 214 servizi."))),
        Section("richieste", "Richieste", (TABLE, CHART, replace(TABLE, caption="Ancora"))),
        Section("metodo", "Come si conta", (Paragraph("Persone diverse.", "Utenti."),
                                            Paragraph("Elenco 1.", kind="note"))),
        is_final=True,
    )  # fmt: skip


# Figures and words


def test_every_figure_of_every_table_comes_back() -> None:
    opened = word(whole())
    for number, table in ((1, TABLE), (2, TABLE)):
        head, *rows = cells(opened, number)
        assert head == ["Tipologia", "Richieste 2016", "Ogni 100 utenti 2016", "Variazione punti",
                        "Giorno"]  # fmt: skip
        assert rows == [[table.text_of(row, at) for at in range(5)] for row in table.rows]
    assert rows[0] == ["Cittadinanza", "5.512", "36,9", "−10,7", "30/06/2016"]


def test_the_large_numbers_stand_in_boxes() -> None:
    assert cells(word(whole()), 0) == [
        ["Utenti\n1.149\nnel 2015: 172\n67 donne", "Servizi per utente\n1,44", "Accessi\nn.d."]
    ]
    six = Figures(tuple(Figure(str(n), f"Numero {n}", n) for n in range(6)))
    assert [len(cells(word(of(six)), n)[0]) for n in (0, 1)] == [3, 3]


def test_what_is_said_and_in_which_order() -> None:
    assert said(word(whole())) == [
        "Edizione 1 del 23 novembre 2026", "Protocollo n. __________ del __________",
        "Relazione, I semestre 2016", "1° gennaio – 30 giugno 2016", "Dati parziali.",
        "1. Premessa", "Lo sportello accoglie.", "2. Sintesi", "Ha erogato 214 servizi.",
        "3. Richieste", "Richieste per tipologia", "✓ Le righe sommano.", "Divise per gli utenti.",
        "Ancora", "✓ Le righe sommano.", "Divise per gli utenti.",
        "4. Come si conta", "Utenti. Persone diverse.", "Elenco 1.",
        "Il/La responsabile\tPer l’ente", "_" * 34 + "\t" + "_" * 34,
    ]  # fmt: skip


def test_a_draft_has_no_places_to_sign() -> None:
    text = " ".join(said(word(replace(whole(), is_final=False))))
    assert "Protocollo" not in text
    assert "responsabile" not in text


def test_a_sum_that_is_wrong_looks_wrong() -> None:
    opened = word(of(replace(TABLE, check=Check(False, "✗ Non sommano."))))
    assert [one.style.name for one in opened.paragraphs if one.text.startswith("✗")] == ["Errore"]


def test_a_chart_says_what_it_shows() -> None:
    opened = word(of(CHART, replace(CHART, name="")))
    drawings = list(opened.element.body.iter(qn("wp:docPr")))
    assert [one.get("descr") for one in drawings] == ["Richieste in breve", "Grafico"]
    assert len({one.get("id") for one in drawings}) == 2
    assert round(opened.inline_shapes[0].width.mm) == 172
    images = [part.blob for part in opened.part.package.iter_parts() if "png" in part.partname]
    assert images == [PNG]


def test_a_tall_chart_fits_its_page() -> None:
    tall = PNG[:16] + struct.pack(">II", 100, 500) + PNG[24:]
    content = docx_bytes(of(CHART), pictures=lambda _chart: tall)
    (shape,) = docx.Document(BytesIO(content)).inline_shapes
    assert (round(shape.width.mm), round(shape.height.mm)) == (43, 215)


def test_the_head_and_the_foot_of_each_page() -> None:
    section = word(whole()).sections[0]
    assert [one.text for one in section.header.paragraphs] == ["Provincia di Prova\tCentro servizi"]
    assert [one.text for one in section.footer.paragraphs] == [
        "Centro servizi & C. · Relazione\tpagina 1 di 1", "Tipologie v1 · impronta 9f2c",
    ]  # fmt: skip
    fields = [one.text for one in section.footer._element.iter(qn("w:instrText"))]
    assert fields == [" PAGE ", " NUMPAGES "]


def test_the_page_and_the_language() -> None:
    opened = word(whole())
    page = opened.sections[0]
    sizes = (page.page_width, page.page_height, page.left_margin, page.right_margin)
    assert [round(size.mm) for size in (*sizes, page.top_margin, page.bottom_margin)] == [
        210, 297, 19, 19, 17, 17,
    ]  # fmt: skip
    (language,) = opened.styles.element.iter(qn("w:lang"))
    assert language.get(qn("w:val")) == opened.core_properties.language == "it-IT"


def test_heads_are_repeated_and_rows_whole() -> None:
    rows = word(whole()).tables[1].rows
    heads = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in rows]
    assert heads == [True, False, False, False]
    assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    names = [[cell.paragraphs[0].style.name for cell in row.cells[:2]] for row in rows]
    assert names[::2] == [["Tabella testa", "Tabella testa cifra"],
                          ["Tabella testo", "Tabella cifra"]]  # fmt: skip
    assert names[3] == ["Tabella totale", "Tabella totale cifra"]
    assert {cell.vertical_alignment for cell in rows[0].cells} == {WD_ALIGN_VERTICAL.BOTTOM}
    (look,) = rows[0]._tr.getparent().iter(qn("w:tblLook"))
    assert look.get(qn("w:firstRow")) == "1"


def test_a_short_table_stays_on_its_page() -> None:
    for count in (10, 40):
        table = Table("x", COLUMNS[:2], tuple(Row((f"Riga {n}", n)) for n in range(count)))
        kept = [list(row._tr.iter(qn("w:keepNext"))) for row in word(of(table)).tables[0].rows]
        assert all(kept) == (count == 10)


def test_columns_are_as_wide_as_what_they_hold() -> None:
    long = Table("x", COLUMNS[:2], (Row(("Una tipologia con molte parole", 1)),))
    grid = word(of(long)).tables[0]._tbl.tblGrid
    wide, narrow = (int(column.get(qn("w:w"))) for column in grid)
    assert wide > 2 * narrow
    assert 9600 < wide + narrow <= 9752


# Text from data stays text

HOSTILE = ["{{ 7*7 }}", "{% for a in b %}", "{#", "{_{ x }_}", "&amp; < > \" '", "<w:br/>", "]]>",
           "<w:p>", "{%p endfor %}", "\\", "45,0\u00a0%", "مرحبا"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_somebody_typed_is_printed_as_typed(text: str) -> None:
    table = Table(text, (Column("a", text, "text"), Column("b", text, "count", group=text)),
                  (Row((text, 1)),), text, True, check=Check(True, text))  # fmt: skip
    blocks = (table, Paragraph(text, text), Figures((Figure("a", text, 1, (text,)),)),
              replace(CHART, name=text))  # fmt: skip
    opened = word(document(
        Section(text, text, blocks), title=text, subtitle=text, owner=text, desk=text,
        edition=text, warnings=(text,), running=text, provenance=text,
    ))  # fmt: skip
    assert said(opened) == [*[text] * 4, f"1. {text}", text, text, text, f"{text} {text}"]
    assert cells(opened, 0) == [[text, f"{text} {text}"], [text, "1"]]
    assert cells(opened, 1) == [[f"{text}\n1\n{text}"]]
    assert opened.sections[0].header.paragraphs[0].text == f"{text}\t{text}"
    assert opened.core_properties.author == text


@slow()
@given(text=TEXTS)
def test_any_text_comes_back(text: str) -> None:
    one = of(Table("x", COLUMNS[:2], (Row((text, 1)),)), Paragraph(text))
    opened = word(one)
    assert cells(opened, 0)[1][0] == text
    assert text in said(opened)


def test_characters_that_xml_cannot_hold_are_seen() -> None:
    opened = word(of(Paragraph("a\x00b\x0bc\ud800d\ufffe"), Paragraph("e\r\nf\tg")))
    assert said(opened)[-2:] == ["a\ufffdb\ufffdc\ufffdd\ufffd", "e f g"]


# The file


def test_the_properties_are_the_documents() -> None:
    made_by = edited(lambda opened: setattr(opened.core_properties, "author", "{{ 1/0 }}"))
    found = word(whole(), made_by).core_properties
    assert (found.author, found.last_modified_by) == ("Provincia di Prova", "Provincia di Prova")
    assert found.title == "Relazione, I semestre 2016"
    assert found.created == found.modified == datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
    assert word(document(title="x" * 300)).core_properties.title == "x" * 255


def test_nothing_tells_who_made_the_template() -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties"
    link = f'<Relationship Id="x9" Type="{kind}" Target="docProps/app.xml"/></Relationships>'
    parts = unzipped(replaced("</Relationships>", link, "_rels/.rels"))
    template = zipped({**parts, "docProps/app.xml": b"<Company>Mario</Company>"})
    check_template(template)
    assert "docProps/app.xml" not in unzipped(in_word(whole(), template))


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        in_word(document(created=datetime(2026, 11, 23)))


def test_the_same_document_is_the_same_file_anywhere_on_any_day() -> None:
    one = whole()
    assert len(hashes(in_word, one)) == 1
    with ZipFile(BytesIO(in_word(one))) as packed:
        assert {entry.date_time[0] for entry in packed.infolist()} == {1980}
