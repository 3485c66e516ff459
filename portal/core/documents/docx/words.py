# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words that a template may write, and what a document says in their place.

They are read and typed by people in Word, therefore in Italian. Every block has every word, so
that a template need not ask which form it has before each one.
"""

from collections.abc import Callable, Iterable
from math import ceil
from re import compile as pattern
from typing import Any

from portal.core.documents.document import (
    Block,
    Chart,
    Document,
    Figure,
    Figures,
    Paragraph,
    Section,
)
from portal.core.documents.docx.package import xml_text
from portal.core.documents.tables import Column, Row, Table

TEXT, FLAG, NUMBER, PICTURE = "testo", "condizione", "numero", "immagine"
PRINTED = frozenset({TEXT, NUMBER, PICTURE})
WHOLE, LOOP = "documento", "ciclo"
MANY = "*"
"""After the kind of what a list holds."""
SCHEMA: dict[str, dict[str, str]] = {
    WHOLE: {
        "titolo": TEXT, "sottotitolo": TEXT, "ente": TEXT, "sportello": TEXT, "edizione": TEXT,
        "avvisi": TEXT + MANY, "sezioni": "sezione" + MANY, "piede": TEXT, "provenienza": TEXT,
        "definitiva": FLAG,
    },
    "sezione": {"chiave": TEXT, "titolo": TEXT, "blocchi": "blocco" + MANY},
    "blocco": {
        "forma": TEXT, "inizio": TEXT, "testo": TEXT, "voci": "voce" + MANY, "nome": TEXT,
        "didascalia": TEXT, "colonne": "colonna" + MANY, "righe": "riga" + MANY,
        "verifica": TEXT, "torna": FLAG, "nota": TEXT, "immagine": PICTURE,
    },
    "voce": {"etichetta": TEXT, "valore": TEXT, "sotto": TEXT + MANY},
    "colonna": {"titolo": TEXT, "figura": FLAG},
    "riga": {"celle": "cella" + MANY, "totale": FLAG},
    "cella": {"testo": TEXT, "figura": FLAG},
    LOOP: {"index": NUMBER, "length": NUMBER, "first": FLAG, "last": FLAG},
}  # fmt: skip
BODY, NOTE, FIGURES, TABLE, CHART = "testo", "nota", "cifre", "tabella", "grafico"
"""What `forma` may be."""
FIGURES_ABREAST = 4
FIGURE_KINDS = ("count", "share", "change")
_BREAK = pattern(r"[\t\n]+")
Said = dict[str, Any]


def words_of(document: Document, picture: Callable[[Chart], Any]) -> Said:
    """A document in the words of SCHEMA; `picture` stands for the drawing of a chart."""
    return {
        "titolo": _line(document.title),
        "sottotitolo": _line(document.subtitle),
        "ente": _line(document.owner),
        "sportello": _line(document.desk),
        "edizione": _line(document.edition),
        "avvisi": [_line(text) for text in document.warnings],
        "sezioni": [_section(section, picture) for section in document.sections],
        "piede": _line(document.running),
        "provenienza": _line(document.provenance),
        "definitiva": document.is_final,
    }


def _line(text: str) -> str:
    """A line end within a datum is a space, as it is on the page."""
    return _BREAK.sub(" ", xml_text(text))


def _section(section: Section, picture: Callable[[Chart], Any]) -> Said:
    blocks = [said for block in section.blocks for said in _blocks(block, picture)]
    return {"chiave": section.key, "titolo": _line(section.title), "blocchi": blocks}


def _blocks(block: Block, picture: Callable[[Chart], Any]) -> list[Said]:
    if isinstance(block, Paragraph):
        form = NOTE if block.kind == "note" else BODY
        return [_block(form, inizio=_line(block.lead), testo=_line(block.text))]
    if isinstance(block, Figures):
        return [_block(FIGURES, voci=list(map(_figure, line))) for line in _abreast(block.items)]
    if isinstance(block, Chart):
        return [_block(CHART, nome=_line(block.name), immagine=picture(block))]
    return [_table(block)]


def _block(form: str, **said: Any) -> Said:
    texts = dict.fromkeys(("inizio", "testo", "nome", "didascalia", "verifica", "nota"), "")
    lists: Said = {"voci": [], "colonne": [], "righe": []}
    return {"forma": form, **texts, **lists, "torna": True, "immagine": "", **said}


def _abreast(figures: tuple[Figure, ...]) -> Iterable[tuple[Figure, ...]]:
    """Lines as even as they can be: six figures are three and three."""
    lines = ceil(len(figures) / FIGURES_ABREAST)
    size = ceil(len(figures) / max(lines, 1))
    return (figures[start : start + size] for start in range(0, len(figures), max(size, 1)))


def _figure(figure: Figure) -> Said:
    return {
        "etichetta": _line(figure.label),
        "valore": _line(figure.text),
        "sotto": [_line(text) for text in figure.below],
    }


def _table(table: Table) -> Said:
    return _block(
        TABLE,
        nome=_line(table.caption),
        didascalia=_line(table.caption) if table.caption_visible else "",
        colonne=[_column(column) for column in table.columns],
        righe=[_row(table, row) for row in table.rows],
        verifica=_line(table.check.text) if table.check else "",
        torna=table.check.is_right if table.check else True,
        nota=_line(table.note or ""),
    )


def _column(column: Column) -> Said:
    # In one line: the heads of files have the codes of periods, which nobody reads.
    head = " ".join(part for part in (column.group, column.head) if part)
    return {"titolo": _line(head), "figura": column.kind in FIGURE_KINDS}


def _row(table: Table, row: Row) -> Said:
    cells = [
        {"testo": _line(table.paper_text_of(row, at)), "figura": column.kind in FIGURE_KINDS}
        for at, column in enumerate(table.columns)
    ]
    return {"celle": cells, "totale": row.kind == "total"}
