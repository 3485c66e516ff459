# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parts of a period: which fill it, and whether its figures and theirs can both be true. Pure.

Enquiries of parts that tile a period add up to its own. Users do not: who came in two parts is
one user of the whole, which has at least those of its largest part and at most all together.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from portal.core.italy.periods import Period
from portal.figures.rules import Counts, Number


class Held(NamedTuple):
    """A period and the figures that are kept of it."""

    period: Period
    counts: Counts


def tiling(
    window: Period, parts: Sequence[Held], weight: Callable[[Held], Number]
) -> tuple[Held, ...] | None:
    """The parts that fill a window day after day, those of the least weight; None if none do."""
    reached: dict[date, tuple[Number, tuple[Held, ...]]] = {window.start: (0, ())}
    for part in sorted(parts, key=lambda part: (part.period.start, part.period.end)):
        before = reached.get(part.period.start)
        if before is None:
            continue
        after = _day_after(part.period)
        weighed = before[0] + weight(part)
        if after not in reached or weighed < reached[after][0]:
            reached[after] = weighed, (*before[1], part)
    found = reached.get(_day_after(window))
    return found and found[1]


def gaps(window: Period, covered: Sequence[Period]) -> list[tuple[date, date]]:
    """The stretches of a window, first and last day, in which none of these periods has a day."""
    found, day = [], window.start
    for period in sorted(covered, key=lambda period: period.start):
        if period.start > day:
            found.append((day, period.start - timedelta(days=1)))
        day = max(day, _day_after(period))
    return [*found, (day, window.end)] if day <= window.end else found


def _day_after(period: Period) -> date:
    return period.end + timedelta(days=1)


def _apart(parts: Sequence[Held], weight: Callable[[Held], Number]) -> tuple[Held, ...]:
    """Of the parts that share no day, those that weigh most together."""
    ending: list[tuple[date, Number, tuple[Held, ...]]] = [(date.min, 0, ())]
    for part in sorted(parts, key=lambda part: part.period.end):
        before = [chain for chain in ending if chain[0] < part.period.start]
        _end, weighed, chain = max(before, key=itemgetter(1))
        ending.append((part.period.end, weighed + weight(part), (*chain, part)))
    return max(ending, key=itemgetter(1))[2]


class Kind(StrEnum):
    """What a figure counts; WOMEN and MEN as `users_by_sex` has them."""

    USERS = "users"
    WOMEN = "F"
    MEN = "M"
    ENQUIRIES = "enquiries"
    NAMELESS = "nameless"


class Wrong(StrEnum):
    """How the figures of parts and whole contradict each other."""

    PART_EXCEEDS = "part"
    TOGETHER_EXCEED = "together"
    UNEQUAL = "unequal"
    TOO_FEW = "too few"


class Contradiction(NamedTuple):
    """A figure of which a period and parts of it cannot both be right; `line` is of enquiries."""

    wrong: Wrong
    kind: Kind
    line: str
    whole: Period
    number: Number
    parts: tuple[Period, ...]
    added: Number


class _Figure(NamedTuple):
    """A figure of a period; of users also how many a part may give to the whole at the most."""

    kind: Kind
    of: Callable[[Counts], Number | None]
    line: str = ""
    at_most: Callable[[Counts], Number | None] | None = None


def find_contradiction(whole: Held, parts: Sequence[Held]) -> Contradiction | None:
    """The first figure by which a period contradicts parts of it.

    Their counts are on the same lines. What was not kept of a period contradicts nothing.
    """
    for figure in _figures([whole, *parts]):
        limit = figure.of(whole.counts)
        if limit is not None:
            adds = figure.at_most is None
            checks = [_single, _unequal, _together] if adds else [_single, _too_few]
            for check in checks:
                found = check(figure, whole.period, limit, parts)
                if found:
                    return found
    return None


def _figures(sides: Sequence[Held]) -> Iterator[_Figure]:
    yield _Figure(Kind.USERS, lambda counts: counts.users, at_most=lambda counts: counts.users)
    for sex in (Kind.WOMEN, Kind.MEN):
        yield _of_sex(sex)
    for line in sorted({code for side in sides for code in side.counts.topics}):
        yield from _of_line(line)
    yield _Figure(Kind.NAMELESS, lambda counts: counts.nameless.total if counts.nameless else None)


def _of_sex(sex: Kind) -> _Figure:
    """A person whose sex was not written down in a part may be told by it in the whole."""
    return _Figure(
        sex,
        lambda counts: counts.of_sex(sex),
        at_most=lambda counts: counts.of_sex(sex, "X", "N"),
    )


def _of_line(line: str) -> Iterator[_Figure]:
    yield _Figure(
        Kind.ENQUIRIES,
        lambda counts: counts.topics.get(line, 0) if counts.knows_topics else None,
        line,
    )
    yield _Figure(
        Kind.NAMELESS,
        lambda counts: counts.nameless.of_topic(line) if counts.nameless else None,
        line,
    )


def _known(parts: Sequence[Held], of: Callable[[Counts], Number | None]) -> list[Held]:
    return [part for part in parts if of(part.counts) is not None]


def _weight(of: Callable[[Counts], Number | None], sign: int = 1) -> Callable[[Held], Number]:
    return lambda part: sign * (of(part.counts) or 0)


def _single(
    figure: _Figure, whole: Period, limit: Number, parts: Sequence[Held]
) -> Contradiction | None:
    """A part has more than the whole."""
    for part in _known(parts, figure.of):
        if _weight(figure.of)(part) > limit:
            return _found(Wrong.PART_EXCEEDS, figure, whole, limit, [part])
    return None


def _unequal(
    figure: _Figure, whole: Period, limit: Number, parts: Sequence[Held]
) -> Contradiction | None:
    """What the parts that tile it add up to is not the whole, in whichever way they do."""
    for sign in (1, -1):
        tiles = tiling(whole, _known(parts, figure.of), _weight(figure.of, sign))
        if tiles and sum(map(_weight(figure.of), tiles)) != limit:
            return _found(Wrong.UNEQUAL, figure, whole, limit, tiles)
    return None


def _together(
    figure: _Figure, whole: Period, limit: Number, parts: Sequence[Held]
) -> Contradiction | None:
    """Parts that do not fill the whole have more together."""
    apart = _apart(_known(parts, figure.of), _weight(figure.of))
    if sum(map(_weight(figure.of), apart)) > limit:
        some = [part for part in apart if _weight(figure.of)(part)]
        return _found(Wrong.TOGETHER_EXCEED, figure, whole, limit, some)
    return None


def _too_few(
    figure: _Figure, whole: Period, limit: Number, parts: Sequence[Held]
) -> Contradiction | None:
    """The parts that tile the whole have fewer than it, even if nobody came in two of them."""
    of = figure.at_most or figure.of
    tiles = tiling(whole, _known(parts, of), _weight(of))
    if tiles and sum(map(_weight(of), tiles)) < limit:
        return _found(Wrong.TOO_FEW, figure, whole, limit, tiles, of)
    return None


def _found(
    wrong: Wrong,
    figure: _Figure,
    whole: Period,
    number: Number,
    parts: Sequence[Held],
    of: Callable[[Counts], Number | None] | None = None,
) -> Contradiction:
    added = sum(map(_weight(of or figure.of), parts))
    periods = tuple(part.period for part in parts)
    return Contradiction(wrong, figure.kind, figure.line, whole, number, periods, added)
