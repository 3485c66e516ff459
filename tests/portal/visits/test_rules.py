# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits on days on which their person was not born yet: only what is certain is said."""

from datetime import date

import pytest

from portal.core.italy.formats import PartialDate
from portal.visits.rules import is_before_birth, warn_of_birth


@pytest.mark.parametrize(
    ("day", "birth", "early"),
    [
        (date(2016, 4, 11), PartialDate(2016, 4, 12), True),
        (date(2016, 4, 12), PartialDate(2016, 4, 12), False),
        (date(2016, 3, 31), PartialDate(2016, 4), True),
        (date(2016, 4, 1), PartialDate(2016, 4), False),
        (date(2015, 12, 31), PartialDate(2016), True),
        (date(2016, 1, 1), PartialDate(2016), False),
        (date(2016, 1, 1), None, False),
    ],
)
def test_a_birth_known_in_part_is_given_the_benefit(
    day: date, birth: PartialDate | None, early: bool
) -> None:
    assert is_before_birth(day, birth) is early


def test_one_sentence_for_one_and_for_several() -> None:
    birth = PartialDate(2016, 4, 12)
    days = [date(2016, 5, 1), date(2016, 4, 2), date(2016, 3, 9)]
    assert warn_of_birth(days[:1], birth) == ""
    assert warn_of_birth(days[:2], birth) == (
        "L’accesso del 02/04/2016 è prima della nascita: controlla le due date."
    )
    assert warn_of_birth(days, birth) == (
        "2 accessi sono prima della nascita, il primo del 09/03/2016: controlla le date."
    )
