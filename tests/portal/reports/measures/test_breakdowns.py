# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is declared of a breakdown is what the statements count and find, and what is printed."""

import re

import pytest

from portal.reports.measures.breakdowns import BREAKDOWNS, BY_KEY, Breakdown, Whole, grouped
from portal.reports.measures.people import DIVIDED, DIVIDING
from portal.reports.measures.records import USERS
from portal.reports.sections import PARTS, SECTIONS
from portal.reports.sections.method import METHOD
from portal.visits.models import Visit


def test_keys_and_parts_are_each_of_one() -> None:
    assert len(BY_KEY) == len(BREAKDOWNS) == len({one.part for one in BREAKDOWNS})


def test_the_statements_of_users_know_what_is_declared_of_them() -> None:
    declared = {one.key: one.column for one in grouped(Whole.USERS)}
    counted = dict(re.findall(r"WHEN grouping\((\w+)\) = 0 THEN '(\w+)'", DIVIDED.text))
    assert {key: column for column, key in counted.items()} == {
        key: column for key, column in declared.items() if key in DIVIDING
    }
    found = dict(re.findall(r"WHEN '(\w+)' THEN (\w+) = ANY", USERS.text))
    assert found == declared


@pytest.mark.parametrize("breakdown", BREAKDOWNS, ids=lambda breakdown: breakdown.key)
def test_each_is_printed_explained_and_named(breakdown: Breakdown) -> None:
    assert [part.section for part in PARTS if part.key == breakdown.part] == [breakdown.section]
    assert breakdown.section in SECTIONS
    assert set(breakdown.method) <= set(METHOD)
    assert all(breakdown.label(code) for code in breakdown.codes)
    assert not breakdown.is_public or breakdown.whole is Whole.USERS
    if breakdown.whole is Whole.VISITS:
        assert hasattr(Visit, breakdown.column)
    if breakdown.counted:
        assert breakdown.regroup is not None
        assert BY_KEY[breakdown.counted].column
