# SPDX-License-Identifier: AGPL-3.0-or-later
"""Estimated widths of words against those of the font, and where words break."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.documents.text_width import (
    A4_WIDTH_MM,
    MOST_LINES,
    PAGE_TEXT_MM,
    column_letters,
    longest_word,
    width_of,
    wrapped,
)
from tests.conformance.sources import ROOT
from tests.portal.core.documents.charts.drawings import MONTHS, topics, true_width


@pytest.mark.parametrize("weight", [400, 600])
def test_words_are_never_wider_than_estimated(weight: int) -> None:
    for label in (*topics().labels, *MONTHS, "1.234.567,8", "Perù", "2016/2017", "Cabo Verde"):
        true = true_width(label, 13, weight)
        assert true <= width_of(label, 13) <= 1.2 * true


def test_signs_of_other_scripts_have_their_width() -> None:
    assert width_of("中文", 10) == pytest.approx(21)
    assert width_of("e\u0301", 10) == width_of("e", 10)


@given(st.text("abcimnwABEIMW -.,()’àèù0123456789", max_size=130), st.integers(20, 300))
def test_broken_words_fit_and_none_is_lost_unseen(text: str, room: int) -> None:
    lines = wrapped(text, room, 13)
    assert 1 <= len(lines) <= MOST_LINES
    assert all(width_of(one, 13) <= room for one in lines)
    whole, kept = "".join(text.split()), "".join("".join(lines).split())
    assert kept == whole or (kept[-1] == "…" and whole.startswith(kept[:-1]))


def test_a_column_holds_its_longest_cell_and_no_word_of_its_head_is_broken() -> None:
    assert column_letters(["Permesso di soggiorno"], ["1.234", "7"]) == len("soggiorno")
    assert column_letters(["Anno"], ["Carta di soggiorno"]) == len("Carta di soggiorno")
    assert column_letters(["Anno"], ["7"], head_letter=1.5) == 6
    assert column_letters([], []) == longest_word() == longest_word("") == 0


def test_a_line_is_what_the_margins_of_paper_leave() -> None:
    page = (ROOT / "templates/layout/print.typ").read_text(encoding="utf-8")
    margin = int(re.findall(r"margin: \(x: (\d+)mm", page)[0])
    assert A4_WIDTH_MM - 2 * margin == PAGE_TEXT_MM
