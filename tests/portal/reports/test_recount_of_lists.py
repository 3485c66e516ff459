# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random desks of random networks: every cell of each form is what another count says.

The count reads what was put into the database and the files of the lists, in exact fractions, and
nothing of what makes a relazione. Ages, homes and languages are counted again in test_recount.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from flask import Flask

from config.settings import Settings
from portal.core import clock
from portal.taxonomy.queries import forget_stored
from tests.conftest import on_fresh_copy
from tests.portal.reports.cells_of_lists import Compared
from tests.portal.reports.forms_of_lists import compare_desk
from tests.portal.reports.network_of_lists import compare_network
from tests.portal.reports.stored_networks import DESKS, Drawn, Stored

FEW = (53, 199, 243)
"""Networks of all, which have between them whatever one can: cut windows, means of which a part is
missing, sums, totals of users alone, nameless not told, lines of a list that came within a window.
"""
BLOCK, BLOCKS = 5, 50
Verify = Callable[[Sequence[int]], None]
LEAST = {
    "page": 100, "xlsx": 100, "dati": 200, "json": 150, "csv": 30, "prospetto": 20, "layouts": 5,
    "network": 20, "network json": 10, "network page": 10,
}  # fmt: skip
"""Cells of each form, for each desk: with fewer hardly anything was compared."""


@pytest.fixture
def verify(
    template: Settings,
    shared_app: Flask,
    tmp_path: Path,
    record_property: Callable[[str, str], None],
) -> Iterator[Verify]:
    """`verify(seeds)`: a network of four desks for each, in a database of its own."""

    def run(seeds: Sequence[int]) -> None:
        compared = Compared()
        for seed in seeds:
            folder = tmp_path / str(seed)
            folder.mkdir()
            drawn = Drawn.of_seed(seed, folder)
            with on_fresh_copy(template, shared_app), clock.stopped_at(drawn.noon):
                forget_stored()
                compare(Stored(shared_app, drawn), compared)
        record_property("recount", told(compared.cells))
        assert compared.wrong == []
        few = {form for form, least in LEAST.items() if compared.cells[form] < least * len(seeds)}
        assert few == set(), "or hardly anything was compared"

    yield run
    forget_stored()


def compare(stored: Stored, compared: Compared) -> None:
    for desk in stored.drawn.desks:
        for question in desk.asked:
            compare_desk(stored, desk, question, compared)
    compare_network(stored, compared)


def told(cells: Counter[str]) -> str:
    return ", ".join(f"{form} {number}" for form, number in sorted(cells.items()))


def test_a_few_random_networks(verify: Verify) -> None:
    verify(FEW)


@pytest.mark.long
@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_thousand_random_desks(verify: Verify, block: int) -> None:
    assert BLOCKS * BLOCK * DESKS == 1_000
    verify(range(block * BLOCK, (block + 1) * BLOCK))
