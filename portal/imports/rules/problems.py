# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with a file, each with its row and column, and never with what the cell holds.

A cell may hold a name, and a row pushed one column aside holds it anywhere: what is printed here
may end in a terminal's history or in a letter to whoever made the file.
"""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core.errors import Refusal
from portal.core.italy import formats

SHOWN = 50


class Problems:
    """The problems found so far; rows are numbered as a spreadsheet does, the heading is 1."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._place = {column: place for place, column in enumerate(columns)}
        self._found: list[tuple[int, str, str]] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, row: int, column: str, sentence: str) -> None:
        """Note one problem; the sentence does not repeat where it is."""
        self._found.append((row, column, sentence))

    def lines(self) -> list[str]:
        """A line each in the order of the file, the first fifty and the number of the rest."""
        ordered = sorted(self._found, key=lambda one: (one[0], self._place.get(one[1], -1)))
        lines = [_line(*one) for one in ordered[:SHOWN]]
        if len(ordered) > SHOWN:
            rest = formats.count(len(ordered) - SHOWN)
            lines.append(_("… e altri %(rest)s.", rest=rest))
        return lines

    def refuse(self) -> None:
        """Refuse the whole file if anything is wrong with it."""
        if self._found:
            head = ngettext(
                "Il file ha %(n)s errore: non è stato salvato nulla.",
                "Il file ha %(n)s errori: non è stato salvato nulla.",
                len(self._found),
                n=formats.count(len(self._found)),
            )
            raise Refusal("\n".join([head, *self.lines()]))


def _line(row: int, column: str, sentence: str) -> str:
    where = _("Riga %(row)s", row=row)
    if column:
        where += _(", colonna %(column)s", column=column)
    return f"{where}: {sentence.rstrip('.')}."
