# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a Table accepts, and its cells as people read them."""

from datetime import date
from fractions import Fraction

import pytest

from portal.core.documents.tables import BLANK, Column, Row, Table, Value, cell_text

TOPIC = Column("topic", "Tipologia", "text")
COUNT = Column("count", "2016", "count", group="Richieste")
CHANGE = Column("change", "punti", "change")


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        ("Problema Casa", TOPIC, "Problema Casa"),
        (1234, COUNT, "1.234"),
        (None, COUNT, "n.d."),
        (BLANK, CHANGE, ""),
        ("—", CHANGE, "—"),
        (Fraction(-107, 10), CHANGE, "−10,7"),
        (Fraction(148, 10), CHANGE, "+14,8"),
        (Fraction(148, 10), Column("c", "c", "change", style="historical"), "14,8%"),
        (Fraction(-1, 100), Column("c", "c", "change", style="historical"), "0,0%"),
        (Fraction(214, 149), Column("c", "c", "share", places=2), "1,44"),
        (date(2016, 6, 30), Column("c", "c", "date"), "30/06/2016"),
    ],
)
def test_cells_as_people_read_them(value: Value, column: Column, text: str) -> None:
    assert cell_text(value, column) == text


def test_a_row_has_one_cell_per_column() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        Table("Prova", (TOPIC, COUNT), (Row(("a",)),))


def test_two_columns_cannot_share_a_key() -> None:
    with pytest.raises(ValueError, match="same key"):
        Table("Prova", (TOPIC, TOPIC), ())


@pytest.mark.parametrize(("value", "column"), [(1.5, CHANGE), ("=1+1", COUNT), (3, TOPIC)])
def test_a_figure_column_holds_figures_and_marks_only(value: Value, column: Column) -> None:
    with pytest.raises(TypeError):
        Table("Prova", (column,), (Row((value,)),))


def test_a_head_alone_says_its_group() -> None:
    assert COUNT.alone == "Richieste 2016"
    assert Column("count", "2016", "count", file_head="2016-S1").alone == "2016-S1"
