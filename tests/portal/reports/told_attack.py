# SPDX-License-Identifier: AGPL-3.0-or-later
"""The overseer who keeps every paper, the public ones too, and subtracts one from the other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, islice

from tests.portal.reports.other_attacker import PROTECTED, OtherAttacker, Printed
from tests.portal.reports.told_history import (
    SENSITIVE,
    Asked,
    Paper,
    Steps,
    Window,
    crossings,
    joined,
    tilings,
)

FEW, FEW_SENSITIVE = 3, 5
MOST_CROSSINGS = 2_000


def counts_of(asked: Asked) -> Counter[str]:
    """Enquiries by topic."""
    return Counter(topic for topics in asked.values() for topic in topics)


def persons_of(asked: Asked | None) -> Counter[str]:
    """By topic, how many asked for it: nine enquiries of one are one."""
    return Counter(topic for topics in (asked or {}).values() for topic in set(topics))


def is_secret(paper: Paper, code: str, number: int) -> bool:
    """A sensitive topic of fewer than five persons, as it was on record or as it was told."""
    persons = persons_of(paper.asked)[code]
    return code in SENSITIVE and number > 0 and min(number, persons or number) < FEW_SENSITIVE


def secrets_of(paper: Paper) -> list[str]:
    """The lines of a paper that nobody may come to know."""
    told = {code: number for code, number in paper.lines.items() if number is not None}
    return sorted(code for code, n in {**told, **paper.inside}.items() if is_secret(paper, code, n))


def printed(paper: Paper) -> Printed | None:
    """As the other attacker reads it; a line that is not there is zero."""
    if paper.total is None:
        return None
    lines = {code: PROTECTED if number is None else str(number)
             for code, number in paper.lines.items()}  # fmt: skip
    true = {code: paper.inside.get(code, 0) if number is None else number
            for code, number in paper.lines.items()}  # fmt: skip
    rest = paper.total - sum(true.values())
    # What is in the total and on no line.
    lines["-"], true["-"] = (PROTECTED if paper.inside else str(rest)), rest
    return Printed("lucca", *paper.window, True, lines, paper.total, true,
                   frozenset(secrets_of(paper)))  # fmt: skip


def learned(papers: Sequence[Paper]) -> list[tuple[Window, str, list[int]]]:
    """Secret counts with fewer than three values, those that are simply printed among them."""
    sheets = [one for paper in papers if (one := printed(paper))]
    attacker = OtherAttacker(sheets, {})
    return [((paper.start, paper.end), code, values) for paper, code, values in attacker.known()]


def differenced(every: Sequence[Paper]) -> list[tuple[Window, str, int]]:
    """By what two tellings of the same days differ, where it is fewer than three persons."""
    found, papers = [], [paper for paper in every if paper.asked is not None]
    for one, other in combinations(papers, 2):
        if one.window == other.window:
            found += _subtracted(one, [other])
    for whole, pieces in _wholes(papers):
        found += _subtracted(whole, pieces)
    for whole in papers:
        for order in (1, -1):
            for steps in islice(crossings(whole.window, papers[::order]), MOST_CROSSINGS):
                found += _crossed(whole, steps)
    return found


def _crossed(whole: Paper, steps: Steps) -> Iterator[tuple[Window, str, int]]:
    """What is left between a paper and others added and taken away, if of fewer than three."""
    less = [whole, *(paper for paper, sign in steps if sign < 0)]
    more = [paper for paper, sign in steps if sign > 0]
    each_side = [joined(paper.asked or {} for paper in side) for side in (less, more)]
    if _differ(*each_side) >= FEW or None in [paper.total for paper in (*less, *more)]:
        return
    codes = sorted({code for paper in (*less, *more) for code in paper.lines})
    sides = [[(paper.total, *(_shown(paper, code) for code in codes)) for paper in side]
             for side in (less, more)]  # fmt: skip
    for name, *numbers in zip(("total", *codes), *[zip(*side, strict=True) for side in sides],
                              strict=True):  # fmt: skip
        left, right = numbers
        if None not in (*left, *right) and sum(map(int, left)) != sum(map(int, right)):
            yield whole.window, name, sum(map(int, left)) - sum(map(int, right))


def _subtracted(whole: Paper, pieces: Sequence[Paper]) -> Iterator[tuple[Window, str, int]]:
    behind = _changed(whole.asked or {}, [one.asked or {} for one in pieces])
    if len(pieces) == 1:
        # So many users more are so many persons.
        behind = max(behind, abs((whole.users or 0) - (pieces[0].users or whole.users or 0)))
    if behind >= FEW:
        return
    names = ("total", "users") if len(pieces) == 1 else ("total",)
    codes = sorted({code for one in (whole, *pieces) for code in one.lines})
    numbers = [(name, getattr(whole, name), [getattr(one, name) for one in pieces])
               for name in names]  # fmt: skip
    numbers += [(code, _shown(whole, code), [_shown(one, code) for one in pieces])
                for code in codes]  # fmt: skip
    if len(pieces) == 1:
        keys = whole.sexes.keys() & pieces[0].sexes.keys()
        numbers += [(key, whole.sexes[key], [pieces[0].sexes[key]]) for key in sorted(keys)]
    for name, number, parts in numbers:
        if number is not None and None not in parts and number != sum(map(int, parts)):
            yield whole.window, name, number - sum(map(int, parts))


def _shown(paper: Paper, code: str) -> int | None:
    return None if paper.total is None else paper.lines.get(code, 0)


def _changed(whole: Asked, pieces: Sequence[Asked]) -> int:
    """How many persons' enquiries are not those of the pieces."""
    return _differ(joined(pieces), whole)


def _differ(one: Asked, other: Asked) -> int:
    """How many persons' enquiries are not the same."""
    return sum(one.get(person) != other.get(person) for person in {*one, *other})


def _wholes(papers: Sequence[Paper]) -> Iterator[tuple[Paper, list[Paper]]]:
    """Each paper beside those of shorter periods that make it up, oldest and newest tellings."""
    for whole in papers:
        for order in (1, -1):
            for pieces in tilings(whole.window, papers[::order]):
                yield whole, pieces
