# SPDX-License-Identifier: AGPL-3.0-or-later
"""The portal's own template: what an office takes, restyles in its word processor, and sends back.

Made by code, so that it can be read and compared. Its grey lines are instructions, and vanish from
the document; an office changes the styles, the fixed words and the order.
"""

from functools import lru_cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from flask_babel import gettext as _

from portal.core.documents.docx.package import unzipped, zipped
from portal.core.documents.docx.styles import (
    BOXES,
    INK,
    SETTINGS_XML,
    STYLES_XML,
    TABLE,
    TEXT_TWIPS,
)
from portal.core.documents.text_width import A4_WIDTH_MM, PAGE_TEXT_MM

Place = Any
"""A document, a cell, a header or a footer: whatever holds paragraphs."""
BLANK = "_" * 10
SIGNATURE = "_" * 34
STEP = "Istruzione"
NEEDED = frozenset({RELATIONSHIP_TYPE.STYLES, RELATIONSHIP_TYPE.SETTINGS})
NEEDED_BY_THE_FILE = frozenset({
    RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES,
})  # fmt: skip


@lru_cache(maxsize=1)
def default_template() -> bytes:
    """A .docx with the styles of an office and the placeholders of SCHEMA."""
    made = Document()
    _begin(made)
    _set_page(made)
    _front(made)
    _step(made, "{%p for s in sezioni %}")
    made.add_paragraph("{{ loop.index }}. {{ s.titolo }}", "heading 1")
    _step(made, "{%p for b in s.blocchi %}")
    _step(made, "{%p if b.forma == 'testo' %}")
    _led(made)
    _step(made, "{%p elif b.forma == 'nota' %}")
    made.add_paragraph("{{ b.testo }}", "Nota")
    _step(made, "{%p elif b.forma == 'cifre' %}")
    _boxes(made)
    _step(made, "{%p elif b.forma == 'tabella' %}")
    _table(made)
    _step(made, "{%p elif b.forma == 'grafico' %}")
    made.add_paragraph("{{ b.immagine }}", "Grafico")
    for step in ("endif", "endfor", "endfor"):
        _step(made, f"{{%p {step} %}}")
    _signatures(made)
    out = BytesIO()
    made.save(out)
    return zipped(unzipped(out.getvalue()))


def _begin(made: WordDocument) -> None:
    """Only our styles and settings, and nothing else of the library's own template."""
    keep_only(made.part.rels, NEEDED)
    keep_only(made.part.package.rels, NEEDED_BY_THE_FILE)
    made.styles.element[:] = parse_xml(STYLES_XML)[:]
    made.settings.element[:] = parse_xml(SETTINGS_XML)[:]


def keep_only(relations: dict[str, Any], needed: frozenset[str]) -> None:
    """Drop the parts of other kinds."""
    for key, relation in list(relations.items()):
        if relation.reltype not in needed:
            del relations[key]


def _set_page(made: WordDocument) -> None:
    page = made.sections[0]
    page.page_width, page.page_height = Mm(A4_WIDTH_MM), Mm(297)
    page.left_margin = page.right_margin = Mm((A4_WIDTH_MM - PAGE_TEXT_MM) // 2)
    page.top_margin = page.bottom_margin = Mm(17)
    page.header_distance = page.footer_distance = Mm(8)
    head, foot = page.header.paragraphs[0], page.footer.paragraphs[0]
    head.style, head.text = "header", "{{ ente }}\t{{ sportello }}"
    foot.style, foot.text = "footer", "{{ piede }}\t" + _("pagina") + " "
    _field(foot, "PAGE")
    foot.add_run(" " + _("di") + " ")
    _field(foot, "NUMPAGES")
    page.footer.add_paragraph("{{ provenienza }}", "footer")


def _field(paragraph: Paragraph, name: str) -> None:
    """A number that the word processor counts."""
    for kind in ("begin", "", "separate", "1", "end"):
        run = paragraph.add_run("1" if kind == "1" else "")._r
        if kind == "":
            run.append(_element("w:instrText", text=f" {name} "))
        elif kind != "1":
            run.append(_element("w:fldChar", fldCharType=kind))


def _front(made: WordDocument) -> None:
    made.add_paragraph("{{ edizione }}", "Edizione")
    _step(made, "{%p if definitiva %}")
    protocol = _("Protocollo n. %(number)s del %(day)s", number=BLANK, day=BLANK)
    made.add_paragraph(protocol, "Edizione")
    _step(made, "{%p endif %}")
    made.add_paragraph("{{ titolo }}", "Title")
    made.add_paragraph("{{ sottotitolo }}", "Subtitle")
    _step(made, "{%p for a in avvisi %}")
    made.add_paragraph("{{ a }}", "Avviso")
    _step(made, "{%p endfor %}")


def _led(made: WordDocument) -> None:
    paragraph = made.add_paragraph()
    paragraph.add_run("{% if b.inizio %}{{ b.inizio }} {% endif %}").bold = True
    paragraph.add_run("{{ b.testo }}")


def _boxes(made: WordDocument) -> None:
    table = _new_table(made, BOXES, "{{ s.titolo }}")
    first, box, last = _row(table).cells
    _say(first, (STEP, "{%tc for v in b.voci %}"))
    _say(
        box, ("Cifra etichetta", "{{ v.etichetta }}"), ("Cifra valore", "{{ v.valore }}"),
        (STEP, "{%p for riga in v.sotto %}"), ("Cifra sotto", "{{ riga }}"),
        (STEP, "{%p endfor %}"),
    )  # fmt: skip
    _say(last, (STEP, "{%tc endfor %}"))
    made.add_paragraph(style="Spazio")


def _table(made: WordDocument) -> None:
    _step(made, "{%p if b.didascalia %}")
    made.add_paragraph("{{ b.didascalia }}", "caption")
    _step(made, "{%p endif %}")
    table = _new_table(made, TABLE, "{{ b.nome }}")
    head = _cells(table, "c in b.colonne", "titolo", "Tabella testa", "Tabella testa cifra")
    head._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    head.cells[1].vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
    _across(table, "{%tr for r in b.righe %}")
    _across(table, "{%tr if r.totale %}")
    total = _cells(table, "c in r.celle", "testo", "Tabella totale", "Tabella totale cifra")
    _rule(total.cells[1])
    _across(table, "{%tr else %}")
    _cells(table, "c in r.celle", "testo", "Tabella testo", "Tabella cifra")
    _across(table, "{%tr endif %}")
    _across(table, "{%tr endfor %}")
    _step(made, "{%p if b.verifica and b.torna %}")
    made.add_paragraph("{{ b.verifica }}", "Nota")
    _step(made, "{%p elif b.verifica %}")
    made.add_paragraph("{{ b.verifica }}", "Errore")
    _step(made, "{%p endif %}")
    _step(made, "{%p if b.nota %}")
    made.add_paragraph("{{ b.nota }}", "Nota")
    _step(made, "{%p endif %}")
    made.add_paragraph(style="Spazio")


def _cells(table: Table, loop: str, word: str, text: str, figure: str) -> Any:
    """A row whose middle cell is repeated; figures stand at the right."""
    row = _row(table)
    first, middle, last = row.cells
    _say(first, (STEP, f"{{%tc for {loop} %}}"))
    _say(
        middle, (STEP, "{%p if c.figura %}"), (figure, f"{{{{ c.{word} }}}}"),
        (STEP, "{%p else %}"), (text, f"{{{{ c.{word} }}}}"), (STEP, "{%p endif %}"),
    )  # fmt: skip
    _say(last, (STEP, "{%tc endfor %}"))
    return row


def _signatures(made: WordDocument) -> None:
    _step(made, "{%p if definitiva %}")
    made.add_paragraph("\t".join((_("Il/La responsabile"), _("Per l’ente"))), "Firma")
    made.add_paragraph(f"{SIGNATURE}\t{SIGNATURE}", "Firma")
    _step(made, "{%p endif %}")


# Pieces


def _step(place: Place, text: str) -> None:
    """An instruction: it vanishes with its line."""
    place.add_paragraph(text, STEP)


def _new_table(made: WordDocument, style: str, name: str) -> Table:
    table = made.add_table(rows=0, cols=3, style=style)
    properties = table._tbl.tblPr
    for column in table._tbl.tblGrid:
        column.set(qn("w:w"), str(TEXT_TWIPS // 3))
    table.autofit = False
    look = properties.find(qn("w:tblLook"))
    look.attrib.clear()
    look.set(qn("w:val"), "0020")
    look.set(qn("w:firstRow"), "1")
    # Said aloud before the table by those who read it so.
    properties.append(_element("w:tblCaption", val=name))
    return table


def _row(table: Table) -> Any:
    """A row that no page breaks."""
    row = table.add_row()
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    return row


def _across(table: Table, text: str) -> None:
    cells = table.add_row().cells
    _say(cells[0].merge(cells[2]), (STEP, text))


def _say(cell: _Cell, *lines: tuple[str, str]) -> None:
    for number, (style, text) in enumerate(lines):
        paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
        paragraph.style, paragraph.text = style, text


def _rule(cell: _Cell) -> None:
    """The dark line above a total."""
    borders = _element("w:tcBorders")
    borders.append(_element("w:top", val="single", sz="8", space="0", color=INK))
    cell._tc.get_or_add_tcPr().append(borders)


def _element(name: str, text: str = "", **attributes: str) -> Any:
    made = OxmlElement(name)
    made.text = text or None
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made
