# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates that an office has changed: whatever it moved or left empty, Word opens the file."""

from dataclasses import replace

import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import RGBColor

from portal.core.documents.document import Document, Figures, Paragraph, Section
from portal.core.documents.docx import check_template
from portal.core.documents.tables import Check, Column, Row, Table
from tests.portal.core.documents.docx.templates import edited, said, word
from tests.portal.core.documents.paper import document, of

COUNT = Column("count", "2016", "count")
COLUMNS = (Column("topic", "Tipologia", "text"), COUNT)
TABLE = Table("Richieste", COLUMNS, (Row(("Cittadinanza", 55)),), "Nota.", True,
              check=Check(True, "Sommano."))  # fmt: skip
PREMISE = Section("premessa", "Premessa", (Paragraph("Lo sportello accoglie."),))


def test_a_restyled_and_reordered_template_still_prints_everything() -> None:
    def restyle(opened: WordDocument) -> None:
        opened.styles["Heading 1"].font.color.rgb = RGBColor(0, 128, 0)
        loop = next(one for one in opened.paragraphs if "sezioni" in one.text)
        loop.text = "{%p for s in sezioni if s.chiave != 'premessa' %}"
        title = next(one for one in opened.paragraphs if one.text == "{{ titolo }}")
        title.insert_paragraph_before("{{ ente|upper }} – {{ sezioni[0]['titolo'] }}")
        opened.add_paragraph("{%p for s in sezioni if s.chiave == 'premessa' %}")
        opened.add_paragraph("{% for b in s.blocchi %}{{ b.inizio }}{{ b.testo }}{% endfor %}")
        opened.add_paragraph("{%p endfor %}")

    template = edited(restyle)
    check_template(template)
    opened = word(document(PREMISE, Section("b", "Sintesi", (TABLE,))), template)
    assert opened.styles["Heading 1"].font.color.rgb == RGBColor(0, 128, 0)
    text = said(opened)
    assert "PROVINCIA DI PROVA – Premessa" in text
    assert text[-1] == "Lo sportello accoglie."
    assert "1. Sintesi" in text


def test_a_placeholder_that_word_cut_in_pieces_is_one() -> None:
    def cut(opened: WordDocument) -> None:
        paragraph = opened.add_paragraph("{")
        for piece in ("{ sotto", "titolo }", "}"):
            paragraph.add_run(piece).bold = True

    assert said(word(document(), edited(cut)))[-1] == "1° gennaio – 30 giugno 2016"


@pytest.mark.parametrize(
    "one",
    [
        of(),
        document(),
        of(Table("Vuota", COLUMNS, ())),
        of(replace(TABLE, check=None, note=None), replace(TABLE, caption_visible=False)),
        of(Table("Una", COLUMNS[:1], (Row(("",)),))),
        of(Figures(())),
        of(Table("Larga", tuple(replace(COLUMNS[1], key=str(n)) for n in range(30)),
                 (Row((1,) * 30),))),
    ],
)  # fmt: skip
def test_word_finds_what_it_insists_on(one: Document) -> None:
    opened = word(one, edited(_leave_holes))
    _check_holes(opened)
    _check_holes(word(one))
    assert len(opened.tables) == len(word(one).tables) + 1


def _leave_holes(opened: WordDocument) -> None:
    """Cells, rows and distances that vanish with what a template asks."""
    for paragraph in opened.paragraphs:
        if paragraph.style.name == "Spazio":
            paragraph._p.getparent().remove(paragraph._p)
    (empty,) = opened.add_table(1, 1).rows[0].cells
    empty.text = "{%p if definitiva %}"
    empty.add_paragraph("{%p endif %}")
    for cell, step in zip(
        opened.add_table(3, 1).column_cells(0),
        ("{%tr if definitiva %}", "a", "{%tr endif %}"),
        strict=True,
    ):
        cell.text = step


def _check_holes(opened: WordDocument) -> None:
    body = opened.element.body
    for cell in body.iter(qn("w:tc")):
        assert cell[-1].tag == qn("w:p")
    for table in body.iter(qn("w:tbl")):
        assert table.getnext().tag == qn("w:p")
        assert not table.attrib
        widths = [int(column.get(qn("w:w"))) for column in table.tblGrid]
        rows = [len(row.findall(qn("w:tc"))) for row in table.findall(qn("w:tr"))]
        assert set(rows) == {len(widths)}
        assert sum(widths) <= 9752
        assert min(widths) > 0
