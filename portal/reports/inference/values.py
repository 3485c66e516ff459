# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is tested, and what is found of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

Number = int | Fraction
Histogram = Mapping[int, int]
"""Of those who asked for one thing: how many times each, and how many persons did."""


class Change(StrEnum):
    """What may be said of a variation."""

    UP = "up"
    DOWN = "down"
    CHANCE = "chance"
    INSUFFICIENT = "insufficient"

    @property
    def is_found(self) -> bool:
        return self in (Change.UP, Change.DOWN)


class Basis(StrEnum):
    """What is known of the persons: of both periods, of one of them, of neither."""

    RECORDS = "records"
    TOTALS = "totals"
    BARE = "bare"


@dataclass(frozen=True)
class Side:
    """One period: its users, and the enquiries of each line.

    `asked` has the persons' own counts; None where only totals are known, which may then include
    enquiries without a name.
    """

    users: Number
    counts: Mapping[str, Number]
    asked: Mapping[str, Histogram] | None = None

    @classmethod
    def of_records(cls, users: int, asked: Mapping[str, Histogram]) -> "Side":
        """The enquiries of named persons alone."""
        return cls(users, {code: total(one) for code, one in asked.items()}, asked)


def total(histogram: Histogram) -> int:
    """How many enquiries these persons made."""
    return sum(times * persons for times, persons in histogram.items())


def squares(histogram: Histogram) -> int:
    """The sum of the squares of the persons' counts."""
    return sum(times * times * persons for times, persons in histogram.items())


@dataclass(frozen=True)
class Finding:
    """One variation. Points are enquiries per 100 users, of named persons only.

    `needed_up` and `needed_down` are the enquiries of the present period from which, all else
    unchanged, the change would have been told; None where none would.
    """

    change: Change
    difference: Decimal
    low: Decimal
    high: Decimal
    p: Decimal
    p_adjusted: Decimal
    count: Number
    baseline: Number
    needed_up: int | None
    needed_down: int | None


@dataclass(frozen=True)
class Inference:
    """The findings of one table by the code of the line; a line without enquiries has none.

    `dispersion` is the variance of a person's count over its mean, pooled over the lines; the
    assumption for the period of which only totals are known. None where no person is known.
    """

    basis: Basis
    dispersion: Decimal | None
    findings: Mapping[str, Finding] = field(default_factory=dict)
    anonymous: int = 0
    """Enquiries without a name, left out of both sides where they are known."""

    @property
    def found(self) -> int:
        """How many variations are told."""
        return sum(finding.change.is_found for finding in self.findings.values())
