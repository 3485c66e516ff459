# SPDX-License-Identifier: AGPL-3.0-or-later
"""The styles and settings of the portal's own Word template, as XML; an office changes them there.

All of them are written here: those that come with the library are English, blue, and two hundred.
"""

from dataclasses import dataclass

from docx.oxml.ns import nsdecls

from portal.core.documents.docx.package import LANGUAGE
from portal.core.documents.text_width import PAGE_TEXT_MM

FONT = "Calibri"
INK, INK2, FAINT, WRONG, PALE = "1A1A1A", "4F6070", "C5C7C9", "B0213B", "808080"
TWIPS_PER_MM = 1440 / 25.4
TEXT_TWIPS = round(PAGE_TEXT_MM * TWIPS_PER_MM)
TABLE, BOXES = "Tabella relazione", "Cifre relazione"


BOX = ("top", "left", "bottom", "right")
EDGE = ("right", TEXT_TWIPS)


def _line(side: str, colour: str, eighths: int, space: int = 0) -> str:
    return f'<w:{side} w:val="single" w:sz="{eighths}" w:space="{space}" w:color="{colour}"/>'


@dataclass(frozen=True)
class Style:
    """A paragraph's look: points, colour, the space around it, and what else its XML says."""

    name: str
    size: float
    bold: bool = False
    colour: str = INK
    before: float = 0
    after: float = 0
    line: float = 1.0
    side: str = "left"
    keeps_next: bool = False
    borders: tuple[str, ...] = ()
    tab: tuple[str, int] | None = None
    level: int | None = None

    @property
    def key(self) -> str:
        """By which paragraphs name it; Word knows its own by these."""
        return self.name.replace(" ", "")

    @property
    def xml(self) -> str:
        """The w:style element; Word insists on this order."""
        own = self.name in ("Normal", "Title", "Subtitle", "heading 1", "caption", "header",
                            "footer")  # fmt: skip
        first = ' w:default="1"' if self.name == "Normal" else "" if own else ' w:customStyle="1"'
        based = "" if self.name == "Normal" else '<w:basedOn w:val="Normal"/>'
        return (
            f'<w:style w:type="paragraph"{first} w:styleId="{self.key}">'
            f'<w:name w:val="{self.name}"/>{based}<w:uiPriority w:val="1"/><w:qFormat/>'
            f"<w:pPr>{self._paragraph}</w:pPr><w:rPr>{self._letters}</w:rPr></w:style>"
        )

    @property
    def _paragraph(self) -> str:
        lines = "".join(_line(side, INK, 6, space=5) for side in self.borders)
        side, place = self.tab or ("", 0)
        parts = {
            "<w:keepNext/>": self.keeps_next,
            f"<w:pBdr>{lines}</w:pBdr>": self.borders,
            f'<w:tabs><w:tab w:val="{side}" w:pos="{place}"/></w:tabs>': self.tab,
            f'<w:spacing w:before="{self.before * 20:.0f}" w:after="{self.after * 20:.0f}" '
            f'w:line="{self.line * 240:.0f}" w:lineRule="auto"/>': True,
            '<w:ind w:left="110" w:right="110"/>': self.borders == BOX,
            f'<w:jc w:val="{self.side}"/>': True,
            f'<w:outlineLvl w:val="{self.level}"/>': self.level is not None,
        }
        return "".join(part for part, is_wanted in parts.items() if is_wanted)

    @property
    def _letters(self) -> str:
        bold = int(self.bold)
        return (
            f'<w:b w:val="{bold}"/><w:bCs w:val="{bold}"/><w:color w:val="{self.colour}"/>'
            f'<w:sz w:val="{self.size * 2:.0f}"/><w:szCs w:val="{self.size * 2:.0f}"/>'
        )


STYLES = (
    Style("Normal", 10.5, after=6, line=1.15),
    Style("Title", 20, bold=True, before=14, after=3, keeps_next=True),
    Style("Subtitle", 11, colour=INK2, after=8),
    Style("heading 1", 13, bold=True, before=16, after=6, keeps_next=True, level=0),
    Style("caption", 10, bold=True, before=8, after=4, keeps_next=True),
    Style("header", 8.5, colour=INK2, borders=("bottom",), tab=EDGE),
    Style("footer", 8, colour=INK2, tab=EDGE),
    Style("Edizione", 9, colour=INK2, after=2, side="right"),
    Style("Avviso", 10, bold=True, before=4, after=8, borders=BOX),
    Style("Nota", 8.5, colour=INK2, before=3, after=2),
    Style("Errore", 8.5, bold=True, colour=WRONG, before=3, after=2),
    Style("Grafico", 10, before=8, after=8),
    Style("Firma", 9.5, before=30, tab=("left", round(TEXT_TWIPS * 0.58)), keeps_next=True),
    Style("Spazio", 6),
    Style("Istruzione", 8, colour=PALE),
    Style("Cifra etichetta", 9, bold=True, before=5, keeps_next=True),
    Style("Cifra valore", 18, bold=True, keeps_next=True),
    Style("Cifra sotto", 8.5, colour=INK2, after=1),
    Style("Tabella testa", 8.5, bold=True, before=2, after=2, keeps_next=True),
    Style("Tabella testa cifra", 8.5, bold=True, before=2, after=2, side="right", keeps_next=True),
    Style("Tabella testo", 9.5, before=2.5, after=2.5),
    Style("Tabella cifra", 9.5, before=2.5, after=2.5, side="right"),
    Style("Tabella totale", 9.5, bold=True, before=2.5, after=2.5),
    Style("Tabella totale cifra", 9.5, bold=True, before=2.5, after=2.5, side="right"),
)


def _table_style(name: str, borders: str, first_row: str = "") -> str:
    head = (
        f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>{first_row}</w:tcBorders></w:tcPr>'
        "</w:tblStylePr>"
    )
    return (
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{name.replace(" ", "")}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="1"/>'
        f"<w:qFormat/><w:tblPr><w:tblBorders>{borders}</w:tblBorders><w:tblCellMar>"
        '<w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"{head if first_row else ''}</w:style>"
    )


LETTERS = (
    f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}" w:eastAsia="{FONT}"/>'
    f'<w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}"/>'
)
STYLES_XML = (
    f"<w:styles {nsdecls('w')}><w:docDefaults><w:rPrDefault><w:rPr>{LETTERS}</w:rPr></w:rPrDefault>"
    "<w:pPrDefault/></w:docDefaults>"
    + "".join(style.xml for style in STYLES)
    + '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
    "</w:tblPr></w:style>"
    '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>'
    + _table_style(
        TABLE,
        _line("bottom", FAINT, 4) + _line("insideH", FAINT, 4),
        _line("bottom", INK, 8),
    )
    + _table_style(BOXES, _line("top", INK, 8) + _line("bottom", FAINT, 4)
                   + _line("insideV", FAINT, 4))
    + "</w:styles>"
)  # fmt: skip
SETTINGS_XML = (
    f'<w:settings {nsdecls("w")}><w:zoom w:percent="100"/><w:defaultTabStop w:val="708"/>'
    '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting '
    'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    f'</w:compat><w:themeFontLang w:val="{LANGUAGE}"/><w:decimalSymbol w:val=","/>'
    '<w:listSeparator w:val=";"/></w:settings>'
)
