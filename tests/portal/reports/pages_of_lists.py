# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables and the large numbers of a page, read in one go: thousands of pages are."""

from collections import defaultdict
from dataclasses import dataclass
from html.parser import HTMLParser

from tests.portal.reports.readings import Lines, plain

VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}
PREFIX = "tabella-"


@dataclass
class Cell:
    """What stands in a cell: of a matrix one figure large, and after it one small."""

    large: str = ""
    small: str = ""

    @property
    def both(self) -> tuple[str, str]:
        return plain(self.large), plain(self.small)


class Page(HTMLParser):
    """`lines` of each table by its key, of a network's «matrix»; `values` the large numbers."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lines: dict[str, list[list[Cell]]] = defaultdict(list)
        self.values: list[Cell] = []
        self._table = ""
        self._body = False
        self._cell: Cell | None = None
        self._small = False
        self._open: list[tuple[str, str]] = []
        self.feed(text)

    @property
    def tables(self) -> dict[str, Lines]:
        return {
            key: [[plain(cell.large) for cell in line] for line in lines]
            for key, lines in self.lines.items()
        }

    @property
    def figures(self) -> list[str]:
        return [plain(value.large) for value in self.values]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        told = {name: value or "" for name, value in attrs}
        classes = told.get("class", "").split()
        self._open.append((tag, self._begin(tag, told.get("id", ""), classes, told)))

    def _begin(self, tag: str, name: str, classes: list[str], told: dict[str, str]) -> str:
        """What begins with this tag, and ends with it."""
        if tag == "table":
            self._table = "matrix" if "matrix" in classes else name.removeprefix(PREFIX)
            self.lines[self._table] = []
        elif tag == "tbody":
            self._body = True
        elif tag == "tr" and self._body:
            self.lines[self._table].append([])
        elif tag in ("td", "th") and self._body:
            self._cell = Cell()
            self.lines[self._table][-1].append(self._cell)
        elif "figure-value" in classes:
            self._cell = Cell()
            self.values.append(self._cell)
            return "cell"
        elif "base" in classes:
            return "small"
        elif "aria-hidden" in told or "visually-hidden" in classes:
            return "hidden"
        return "cell" if tag in ("td", "th") else ""

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            begun, what = self._open.pop()
            if what == "cell":
                self._cell = None
            if begun == "tbody":
                self._body = False
            if begun == tag:
                return

    def handle_data(self, data: str) -> None:
        inside = {what for _tag, what in self._open}
        if self._cell is None or "hidden" in inside:
            return
        if "small" in inside:
            self._cell.small += data
        else:
            self._cell.large += data
