# SPDX-License-Identifier: AGPL-3.0-or-later
"""Months side by side: both names where they differ, and means of the years that have them."""

from datetime import date
from typing import Any

from portal.reports.editions import snapshot
from portal.reports.editions.differences import counts_differ
from portal.reports.files import composed, draft
from tests.conftest import AtDesk
from tests.portal.reports.few_visits import record, relazione, table_of
from tests.world import World


def test_beyond_a_year_months_side_by_side_carry_both_names(world: World, at_desk: AtDesk) -> None:
    """As seen: July 2022's number on the line «gennaio 2024»."""
    with at_desk(world.lucca):
        record(date(2022, 7, 5), date(2024, 1, 5), date(2024, 1, 6))
        found = relazione("2024-01-01..2025-06-30", "precedente")
        mean = relazione("2024-01-01..2025-06-30", "media-3")
        document = composed(found, draft())
    months = table_of(found, "months")
    assert months.rows[0].cells[:3] == ("gennaio 2024 / luglio 2022", 2, 1)
    chart: Any = next(
        block for section in document.sections for block in section.blocks
        if getattr(block, "key", "") == "accessi-mese"
    )  # fmt: skip
    assert chart.labels[0] == "gennaio 2024 / luglio 2022"
    assert mean.baseline is not None


def test_the_mean_of_a_month_is_of_the_years_that_have_it(world: World, at_desk: AtDesk) -> None:
    """As seen: a third of a visit in a month that alone has no number."""
    with at_desk(world.lucca):
        record(*(date(year, 1, 5) for year in (2013, 2014, 2015, 2016)))
        record(date(2015, 2, 1), date(2015, 2, 2), date(2014, 2, 2))
        found = relazione("2016-S1", "media-3")
        frozen = snapshot.thaw(snapshot.freeze("2016-S1", "media-3"))
    assert frozen == found
    months = table_of(found, "months")
    january, february, march = (row.cells[1:3] for row in months.rows[:3])
    assert (january, february, march) == ((1, 1), ("—", 1.5), ("—", "—"))
    assert months.note is not None
    assert "dei soli anni in cui quel mese ha registrazioni" in months.note
    assert months.check is not None
    assert months.check.is_right


def test_months_of_all_the_years_add_up_to_their_mean(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        record(*(date(year, 1, 5) for year in (2013, 2014, 2015, 2016)))
        months = table_of(relazione("2016-S1", "media-3"), "months")
    assert "dei soli anni" not in (months.note or "")
    assert months.check is not None
    assert months.check.text.endswith("sommano ai totali 1, 1,0, 1 e 1,0.")


def test_a_mean_of_before_was_not_corrected_by_the_rule(world: World, at_desk: AtDesk) -> None:
    """Builds of before took the mean of a month over all years: nothing was recorded since."""
    with at_desk(world.lucca):
        record(date(2014, 1, 5), date(2015, 1, 5), date(2015, 2, 5), date(2016, 1, 5))
        frozen = snapshot.freeze("2016-S1", "media-3")
        months = frozen["earlier_detail"]["months"]
        for month in months:
            del month["years"]
        months[1] |= {"visits": "1/2", "enquiries": "1/2"}
        before = snapshot.thaw(frozen | {"schema": 5})
        assert not counts_differ(before, relazione("2016-S1", "media-3"))
    assert table_of(before, "months").rows[1].cells[2] == 0.5
