# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counters, lives of sessions and the pages that one may be sent back to."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.accounts import rules
from portal.core.errors import Refusal

NOON = datetime(2026, 10, 12, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("lived", "idled", "over"),
    [
        (timedelta(minutes=30), timedelta(minutes=30), False),
        (timedelta(minutes=31), timedelta(minutes=30) + SECOND, True),
        (timedelta(hours=10), timedelta(0), False),
        (timedelta(hours=10) + SECOND, timedelta(0), True),
    ],
)
def test_a_session_ends_by_idling_or_by_age(lived: timedelta, idled: timedelta, over: bool) -> None:
    assert rules.is_over(NOON - lived, NOON - idled, NOON) is over


@pytest.mark.parametrize(
    "email", ["", "bruno", "bruno@", "@comune.it", "a b@comune.it", "a@b@c.it", "x" * 250 + "@a.it"]
)
def test_what_is_not_an_address_is_refused(email: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.checked_email(email)
    assert refused.value.field == "email"


def test_an_address_has_one_spelling() -> None:
    assert rules.checked_email(" Bruno.Neri@Comune.Lucca.IT ") == "bruno.neri@comune.lucca.it"
    assert rules.checked_email("anna@comune.local") == "anna@comune.local"


@pytest.mark.parametrize(
    "path", ["/s/lucca/", "/s/lucca/persone", "/s/lucca/relazioni/2016-S1", "/r/rete/", "/conto"]
)
def test_own_pages_have_the_shape_of_one(path: str) -> None:
    assert rules.wanted_parts(path) == (path, {})
