# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Word template filled with a document's words.

docxtpl turns the paragraphs, rows and cells of a template into Jinja; here every source that it
finds is read before it runs, and what comes out is made whole: tables have widths, no cell is
empty, no two tables touch. Word refuses a file where it finds otherwise.
"""

import struct
from collections.abc import Callable
from datetime import UTC
from functools import cached_property, lru_cache
from io import BytesIO
from typing import Any

from docx.opc.coreprops import CoreProperties
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Emu, Mm
from docxtpl import DocxTemplate, InlineImage
from flask_babel import gettext as _
from lxml import etree

from portal.core.documents.document import Chart, Document
from portal.core.documents.docx.layout import NEEDED_BY_THE_FILE, default_template, keep_only
from portal.core.documents.docx.package import LANGUAGE, unzipped, xml_text, zipped
from portal.core.documents.docx.sandbox import check_tags, compiled, refused
from portal.core.documents.docx.words import words_of
from portal.core.documents.text_width import (
    PAGE_TEXT_MM,
    WORD_BOLD_LETTER_TWIPS,
    WORD_LETTER_TWIPS,
    longest_word,
)

Element = Any
LONGEST_PROPERTY = 255
LARGEST_PART = 6_000_000
TALLEST = Mm(215)
TABLE_WIDTH = Mm(PAGE_TEXT_MM)
GROWN = "grown"
"""Marks a table whose columns the template repeats, while it is being filled."""
# Widths of columns: in letters what they hold, in twips what the sides take.
SHORTEST, LONGEST = 4, 42
PADDING = 125
ROWS_KEPT_TOGETHER = 20
_NEXT_PARAGRAPH = "\n<w:p"


def docx_bytes(
    document: Document, *, template: bytes | None = None, pictures: Callable[[Chart], bytes]
) -> bytes:
    """The document in a template, or in the portal's own; `pictures` draws a chart as a PNG."""
    if document.created.tzinfo is None:
        raise ValueError("a time without its zone is another moment on another machine")
    filled = Filled(template or default_template())
    filled.render(words_of(document, lambda chart: Picture(filled, chart, pictures)))
    # Who made the template, on which machine, and what it looked like.
    keep_only(filled.docx.part.package.rels, NEEDED_BY_THE_FILE)
    _sign(filled.docx.core_properties, document)
    out = BytesIO()
    filled.save(out)
    return zipped(unzipped(out.getvalue()))


def _sign(properties: CoreProperties, document: Document) -> None:
    """What the file says of itself: it is the document's, and of its day."""
    said = {
        "title": document.title,
        "subject": document.subtitle,
        "author": document.owner,
        "last_modified_by": document.owner,
        "comments": document.edition,
        "keywords": "",
    }
    for name, text in said.items():
        setattr(properties, name, xml_text(text)[:LONGEST_PROPERTY])
    moment = document.created.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties.created = properties.modified = moment
    properties.language, properties.revision = LANGUAGE, 1


class Picture(InlineImage):
    """The drawing of a chart as wide as the text, with what it says to those who do not see it."""

    def __init__(self, filled: "Filled", chart: Chart, draw: Callable[[Chart], bytes]) -> None:
        self._filled, self._chart, self._draw = filled, chart, draw

    @cached_property
    def _png(self) -> bytes:
        return self._draw(self._chart)

    def _insert_image(self) -> str:
        wide, high = struct.unpack(">II", self._png[16:24])
        width = min(self._filled.text_width, TALLEST * wide // high)
        part: Any = self._filled.current_rendering_part
        inline = part.new_pic_inline(BytesIO(self._png), Emu(width), Emu(width * high // wide))
        inline.docPr.set("descr", xml_text(self._chart.name) or _("Grafico"))
        drawn = etree.tostring(inline, encoding="unicode")
        return (
            f'</w:t></w:r><w:r><w:drawing>{drawn}</w:drawing></w:r><w:r><w:t xml:space="preserve">'
        )

    def __html__(self) -> str:
        return self._insert_image()


class Filled(DocxTemplate):
    """A template, and after `render` the document."""

    def __init__(self, content: bytes) -> None:
        super().__init__(BytesIO(content))

    @property
    def text_width(self) -> int:
        """Of the first section, in the units of drawings."""
        section = self.get_docx().sections[0]
        sides = (section.page_width, section.left_margin, section.right_margin)
        if None in sides:
            return TABLE_WIDTH
        return max(sides[0] - sides[1] - sides[2], Mm(20))

    # What docxtpl does, under watch

    def get_xml(self) -> str:
        body = self.docx._element.body
        for table in body.iter(qn("w:tbl")):
            if "{%tc" in words_in(table):
                table.set(GROWN, "")
        return str(self.xml_to_string(body))

    def patch_xml(self, src_xml: str) -> str:
        return _patched(src_xml)

    def render_xml_part(
        self, src_xml: str, part: Part, context: dict[str, Any], jinja_env: Any = None
    ) -> str:
        """Every source of every part passes here, and none runs unread."""
        self.current_rendering_part = part
        # So that the line of a mistake is its paragraph.
        source = src_xml.replace("<w:p ", _NEXT_PARAGRAPH + " ").replace(
            "<w:p>", _NEXT_PARAGRAPH + ">"
        )
        made, length = [], 0
        for piece in compiled(source, _where(part)).generate(context):
            made.append(piece)
            length += len(piece)
            if length > LARGEST_PART:
                raise refused(_("Il modello ripete troppo: il documento non finirebbe più."))
        return "".join(made).replace(_NEXT_PARAGRAPH, "<w:p")

    def render_properties(self, context: dict[str, Any], jinja_env: Any = None) -> None:
        """They are the document's own, never a template's."""

    def fix_docpr_ids(self, tree: Element) -> None:
        for number, drawing in enumerate(tree.iter(qn("wp:docPr")), 1):
            drawing.set("id", str(number))

    def fix_tables(self, xml: str) -> Element:
        try:
            body = parse_xml(xml)
        except etree.XMLSyntaxError as error:
            raise refused(
                _("Il modello ha un if o un for che comincia in un paragrafo e finisce in un "
                  "altro: scrivi {%p …%}, e in una tabella {%tr …%} o {%tc …%}.")
            ) from error  # fmt: skip
        for table in list(body.iter(qn("w:tbl"))):
            if table.attrib.pop(GROWN, None) is not None:
                rows = [row.findall(qn("w:tc")) for row in table.findall(qn("w:tr"))]
                _set_widths(table, rows)
                _keep_together(rows)
        _make_whole(body)
        return body


@lru_cache(maxsize=16)
def _patched(source: str) -> str:
    check_tags(source)
    # It reads nothing of its template: the same source gives the same Jinja.
    return str(DocxTemplate.patch_xml(None, source))


def _where(part: Part) -> str:
    kind = part.content_type.removesuffix("+xml").rpartition(".")[2]
    names = {
        "header": _("intestazione"),
        "footer": _("piè di pagina"),
        "footnotes": _("note a piè di pagina"),
    }
    return names.get(kind, _("testo"))


# Making whole


def _set_widths(table: Element, rows: list[list[Element]]) -> None:
    """A line of boxes has equal boxes; columns are as wide as what they hold."""
    columns = max(map(len, rows), default=0)
    grid = table.find(qn("w:tblGrid"))
    total = sum(int(column.get(qn("w:w"), 0)) for column in grid) or TABLE_WIDTH.twips
    found = [total // columns] * columns if len(rows) == 1 else _shares(total, _needs(rows))
    grid[:] = [_grid_column(width) for width in found]
    table.tblPr.autofit = False
    for cells in rows:
        for cell, width in zip(cells, found, strict=False):
            wanted = _first(_first(cell, "w:tcPr"), "w:tcW")
            wanted.set(qn("w:w"), str(width))
            wanted.set(qn("w:type"), "dxa")


def _needs(rows: list[list[Element]]) -> list[tuple[int, int]]:
    """Of each column, what its longest word needs, and what its lines need not to break."""
    columns: dict[int, tuple[int, int]] = {}
    for number, cells in enumerate(rows):
        for at, cell in enumerate(cells):
            text = words_in(cell)
            word = longest_word(text)
            if number == 0:
                # The words of a head stand one under the other, but three lines are enough.
                word = max(word, len(text) // 3 + 2)
            least, most = columns.get(at, (SHORTEST, SHORTEST))
            whole = min(len(text), LONGEST) if number else word
            columns[at] = max(least, min(word, LONGEST)), max(most, whole)
    return [
        (
            PADDING + WORD_BOLD_LETTER_TWIPS * least,
            PADDING + max(WORD_BOLD_LETTER_TWIPS * least, WORD_LETTER_TWIPS * most),
        )
        for least, most in columns.values()
    ]


def _shares(total: int, needs: list[tuple[int, int]]) -> list[int]:
    """As browsers do: what is needed first, then what is wished, then in proportion."""
    least, most = sum(one for one, _most in needs), sum(one for _least, one in needs)
    if total < least:
        return [total * one // least for one, _most in needs]
    if total < most:
        return [low + (total - least) * (high - low) // (most - least) for low, high in needs]
    return [total * one // most for _least, one in needs]


def _keep_together(rows: list[list[Element]]) -> None:
    """A short table is never split: each line stays with the next, the last with its note."""
    if len(rows) <= ROWS_KEPT_TOGETHER:
        for cells in rows:
            for cell in cells:
                for paragraph in cell.iterchildren(qn("w:p")):
                    properties = _first(paragraph, "w:pPr")
                    if properties.find(qn("w:keepNext")) is None:
                        # A style, where there is one, comes first.
                        has_style = properties.find(qn("w:pStyle")) is not None
                        properties.insert(int(has_style), OxmlElement("w:keepNext"))


def words_in(element: Element) -> str:
    """All that is printed of it."""
    return "".join(text.text or "" for text in element.iter(qn("w:t")))


def _first(holder: Element, name: str) -> Element:
    """The properties that begin an element; made where it has none."""
    found = holder.find(qn(name))
    if found is None:
        found = OxmlElement(name)
        holder.insert(0, found)
    return found


def _grid_column(width: int) -> Element:
    column = OxmlElement("w:gridCol")
    column.set(qn("w:w"), str(width))
    return column


def _make_whole(body: Element) -> None:
    """No table without rows, no row without cells, a paragraph at the end of each cell."""
    paragraph, row, cell, table = (qn(f"w:{name}") for name in ("p", "tr", "tc", "tbl"))
    for holder, held in ((row, cell), (table, row)):
        for element in list(body.iter(holder)):
            if element.find(held) is None:
                element.getparent().remove(element)
    for element in body.iter(cell):
        if not len(element) or element[-1].tag != paragraph:
            element.append(OxmlElement("w:p"))
    for element in list(body.iter(table)):
        following = element.getnext()
        if following is None or following.tag in (table, qn("w:sectPr")):
            element.addnext(OxmlElement("w:p"))
