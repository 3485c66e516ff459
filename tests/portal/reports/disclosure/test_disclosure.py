# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nobody who holds everything published may work out a count of few persons."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from portal.reports.disclosure.attack import Sum, System, learned
from portal.reports.disclosure.collapse import lumped
from portal.reports.disclosure.protect import Exposed, protect
from portal.reports.disclosure.relations import Knowledge
from portal.reports.disclosure.sheets import OTHERS, TOPICS, Sheet, share_hidden
from tests.portal.reports.disclosure_history import MEMBERS, PARTS, lived
from tests.portal.reports.other_attacker import PROTECTED, OtherAttacker, Printed

FIRST_HALF = (date(2016, 1, 1), date(2016, 6, 30))
YEAR = (date(2016, 1, 1), date(2016, 12, 31))
SECOND_HALF = (date(2016, 7, 1), date(2016, 12, 31))


def told(
    values: Mapping[str, int], window: tuple[date, date] = FIRST_HALF, *, moment: int = 1,
    part: str = "sexes", place: str = "lucca",
) -> Sheet:  # fmt: skip
    return Sheet(place, *window, moment, part, values)


def printed(sheet: Sheet) -> Printed:
    """The sheet on paper, and what it must not give away."""
    lines = {code: PROTECTED if code in sheet.hidden else str(number)
             for code, number in sheet.told.items()}  # fmt: skip
    secret = frozenset(code for code in {**sheet.values, **sheet.told} if sheet.is_protected(code))
    return Printed(sheet.place, sheet.start, sheet.end, sheet.part == TOPICS, lines, sheet.total,
                   dict(sheet.values), secret)  # fmt: skip


def test_a_small_count_takes_another_with_it() -> None:
    (sheet,) = protect([told({"F": 20, "M": 30, "X": 1})], [])
    assert sheet.hidden == {"X", "F"}


def test_two_small_counts_whose_sum_is_known_are_not_enough() -> None:
    (sheet,) = protect([told({"F": 1, "M": 2, "N": 40, "X": 0})], [])
    assert sheet.hidden > {"F", "M"}


def test_a_table_of_ones_hides_its_zeros_too() -> None:
    (sheet,) = protect([told({"CIT": 1, "LAV": 1, "FOR": 1, "BUR": 0, "CAS": 0}, part=TOPICS)], [])
    assert {"CIT", "LAV", "FOR"} < sheet.hidden
    assert not OtherAttacker([printed(sheet)], {}).known()


def test_nothing_is_hidden_where_nobody_is_few() -> None:
    (sheet,) = protect([told({"F": 20, "M": 30, "X": 0})], [])
    assert sheet.hidden == frozenset()


def test_one_person_alone_cannot_be_hidden() -> None:
    with pytest.raises(Exposed):
        protect([told({"F": 1})], [])


def test_sensitive_topics_need_five_persons() -> None:
    values = {"CIT": 30, "LAV": 20, "SAN": 4}
    plain = told(values, part=TOPICS)
    assert protect([plain], [])[0].hidden == frozenset()
    sensitive = Sheet("lucca", *FIRST_HALF, 1, TOPICS, values, least={"SAN": 5})
    assert "SAN" in protect([sensitive], [])[0].hidden


def test_many_requests_of_one_person_are_one_person() -> None:
    sheet = Sheet("lucca", *FIRST_HALF, 1, TOPICS, {"CIT": 30, "LAV": 9, "FOR": 7},
                  persons={"CIT": 25, "LAV": 1, "FOR": 7})  # fmt: skip
    assert "LAV" in protect([sheet], [])[0].hidden


def test_the_year_does_not_give_back_what_its_halves_hid() -> None:
    known: list[Sheet] = []
    for moment, (values, window) in enumerate((
        ({"CIT": 20, "LAV": 1, "FOR": 9, "BUR": 14}, FIRST_HALF),
        ({"CIT": 25, "LAV": 7, "FOR": 5, "BUR": 11}, SECOND_HALF),
        ({"CIT": 45, "LAV": 8, "FOR": 14, "BUR": 25}, YEAR),
    )):  # fmt: skip
        known += protect([told(values, window, moment=moment, part=TOPICS)], known)
    assert known[1].hidden == frozenset()
    assert "LAV" in known[2].hidden
    assert not OtherAttacker([printed(one) for one in known], {}).known()


def test_the_year_less_a_half_is_the_other_half() -> None:
    first = protect([told({"CIT": 20, "LAV": 6, "FOR": 9}, part=TOPICS)], [])
    (year,) = protect([told({"CIT": 45, "LAV": 7, "FOR": 19}, YEAR, moment=2, part=TOPICS)], first)
    assert "LAV" in year.hidden


def test_the_network_less_its_desks_is_the_desk_that_is_missing() -> None:
    members = {"rete": ("lucca", "capannori")}
    lucca = protect([told({"F": 20, "M": 30, "X": 4})], [], members)
    network = told({"F": 45, "M": 60, "X": 5}, moment=2, place="rete")
    assert "X" in protect([network], lucca, members)[0].hidden


def test_a_correction_does_not_say_who_was_added() -> None:
    first = protect([told({"F": 20, "M": 30, "N": 9})], [])
    (second,) = protect([told({"F": 21, "M": 32, "N": 9}, moment=2)], first)
    assert {"F", "M"} <= second.hidden
    with pytest.raises(Exposed):
        protect([told({"F": 21, "M": 30, "N": 9}, moment=2)], first)


def test_a_line_that_is_there_because_somebody_asked_is_no_zero() -> None:
    """Also where a zero is hidden, so that a mark alone would not say so."""
    values = {"CIT": 30, "FOR": 0, "PRO": 1}
    one = replace(told(values, part=TOPICS), late=frozenset({"PRO"}))
    hidden = one.hiding(frozenset({"FOR", "PRO"}))
    assert (hidden.least_hidden("FOR"), hidden.least_hidden("PRO")) == (0, 1)
    (safe,) = protect([one], [])
    lows = Knowledge([safe]).system.lows
    assert {key[1]: low for key, low in lows.items()}["PRO"] == 1


def test_what_was_hidden_once_stays_hidden() -> None:
    first = protect([told({"F": 20, "M": 30, "X": 2})], [])
    (second,) = protect([told({"F": 30, "M": 40, "X": 6}, moment=2)], first)
    assert "X" in second.hidden


def test_small_groups_are_told_together_first() -> None:
    counts = {"201": 30, "243": 2, "330": 1, "419": 8, "": 1}
    assert lumped(counts) == {"243", "330"}
    assert lumped({"201": 30, "243": 1, "419": 8}) == {"243", "419"}
    assert lumped({"201": 30, "419": 8}, before={"419"}) == {"419"}
    assert lumped({"201": 30}, also={"201": 10, "330": 4}) == {"330"}
    sheet = Sheet("lucca", *FIRST_HALF, 1, "citizenships", counts, lump=lumped(counts))
    assert sheet.told == {"201": 30, "419": 8, "": 1, OTHERS: 3}


def _tables() -> Iterator[tuple[int, ...]]:
    yield from product(range(4), range(4), (0, 2, 5), (0, 6))


def test_the_programme_learns_what_trying_everything_learns() -> None:
    """Every way of filling a small table, against the attacker's answer."""
    for numbers in _tables():
        hidden = [n for n in range(4) if numbers[n] in (1, 2, 3)]
        system = System()
        sums = [system.unknown(n, numbers[n], 1) for n in hidden]
        whole = sum(numbers[n] for n in hidden)
        for one in sums[:1]:
            system.equal(_sum(sums), Sum({}, whole))
            assert one.of(system.truth) == numbers[hidden[0]]
        ways = [way for way in product(range(1, 10), repeat=len(hidden)) if sum(way) == whole]
        expected = [n for n in range(len(hidden)) if len({way[n] for way in ways}) < 3]
        assert list(learned(system, sums)) == expected


def _sum(sums: list[Sum]) -> Sum:
    total = Sum()
    for one in sums:
        total = total.plus(one)
    return total


def attacked(seed: int, *, last: int, busy: int) -> str:
    """Live some months, publish, and let the other attacker try everything that was printed.

    In words, how much is hidden.
    """
    history = lived(seed, last=last, busy=busy)
    secrets, shares = 0, list[str]()
    for part in PARTS:
        papers = [printed(sheet) for sheet in history.told[part]]
        secrets += sum(len(paper.secret) for paper in papers)
        assert OtherAttacker(papers, MEMBERS).known() == [], part
        hidden, lines = share_hidden(history.told[part])
        shares.append(f"{part}: {hidden} of {lines} lines hidden ({100 * hidden / lines:.0f} %)")
    assert secrets > 10 * last
    return (
        f"{last} months: {secrets} protected cells, 0 with fewer than 3 values,"
        f" {history.left_out} tables not published, {', '.join(shares)}"
    )


def test_two_months_and_everything_that_was_printed(
    record_property: Callable[[str, str], None],
) -> None:
    record_property("summary", attacked(1, last=2, busy=25))


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_and_everything_that_was_printed(
    seed: int, record_property: Callable[[str, str], None]
) -> None:
    record_property("summary", attacked(seed, last=12, busy=40))
