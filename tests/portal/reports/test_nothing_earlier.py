# SPDX-License-Identifier: AGPL-3.0-or-later
"""An earlier period of which there is nothing; what a period says alone; names of sheets."""

import io
from datetime import date
from typing import Any

from openpyxl import load_workbook

from portal.core.documents.xlsx.sheets import LONGEST_NAME
from portal.reports.editions import snapshot
from portal.reports.files import composed, draft, rendered
from portal.reports.publication.public_document import public_document
from portal.reports.sections import SECTIONS, SHEETS
from tests.conftest import AtDesk
from tests.portal.reports.few_visits import record, relazione
from tests.world import World


def test_an_earlier_period_of_nothing_has_no_record(world: World, at_desk: AtDesk) -> None:
    """As seen: «non rilevati», as if it had been kept as totals."""
    with at_desk(world.lucca):
        record(date(2016, 2, 1))
        found = relazione("2016-S1")
        frozen = snapshot.thaw(snapshot.freeze("2016-S1", "2015-S1"))
    assert frozen == found
    figures: Any = composed(found, draft()).sections[0].blocks[0]
    assert all("nel 2015: nessuna registrazione" in figure.below for figure in figures.items)


def test_alone_a_period_has_no_note_of_an_earlier_one(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        record(date(2016, 2, 1), date(2026, 2, 1))
        found = relazione("2026-S1", "2016-S1")
        frozen = snapshot.freeze("2026-S1", "2016-S1")
    assert found.notes
    assert snapshot.thaw(frozen).alone().notes == found.alone().notes == ()
    assert public_document(found, {}, draft()).warnings == ()
    # What is published of an edition of before stays as it was.
    del frozen["own_notes"]
    assert snapshot.thaw(frozen).alone().notes == found.notes


def test_every_sheet_has_a_whole_name(seeded: World, at_desk: AtDesk) -> None:
    """As seen: «Appendice come si prova una var»."""
    for key, title in SECTIONS.items():
        assert len(str(SHEETS.get(key, title))) <= LONGEST_NAME, key
    with at_desk(seeded.lucca):
        book = load_workbook(io.BytesIO(rendered(relazione("2016-S1"), format="xlsx")))
    assert {"Sintesi", "Quanto è sicura ogni variazione"} <= set(book.sheetnames)
