# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the users and the visits of a window divide, as values. Pure.

A user is described as at their first visit in the window: the age completed that day and the
Comune of residence then. Which breakdowns there are is declared in breakdowns.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from portal.figures.rules import Number

NOT_STATED = ""
"""The key of «non indicato»."""
Parts = Mapping[str, Number | None]
"""A number by code; None where that one is not known."""


@dataclass(frozen=True)
class Month:
    """The visits and the enquiries of one month of the window, by the month's own name.

    `years`: of how many it is the mean, those in which the month has a record; None where it is
    no mean, and in editions of before, whose means counted a month without any as a zero.
    """

    name: str
    visits: Number
    enquiries: Number
    years: int | None = None


@dataclass(frozen=True)
class Detail:
    """The divisions of one window, by the key of their breakdown; each adds up to its whole.

    A key that is not there was not counted: an edition of an earlier build does not know it.
    Within one, keys are codes: words are given to them when printed. `newcomers` are users whose
    first visit ever falls in the window: None where the records begin inside it, so that nobody
    can be told to be new. `days` are those with at least one visit.
    """

    parts: Mapping[str, Mapping[str, Number]]
    newcomers: Number | None
    days: Number
    months: tuple[Month, ...]


def mean_of(details: Sequence[Detail]) -> Detail:
    """The mean of each figure; a key that one of them lacks counts as none there."""
    values: dict[str, Any] = {
        field.name: _mean([getattr(detail, field.name) for detail in details])
        for field in fields(Detail)
    }
    return Detail(**values)


def _mean(values: Sequence[Any]) -> Any:
    if any(value is None for value in values):
        return None
    first = values[0]
    if isinstance(first, Mapping):
        return _mean_by_key(values)
    if isinstance(first, tuple):
        return tuple(_mean_month(months) for months in zip(*values, strict=True))
    return Fraction(sum(values), len(values))


def _mean_by_key(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    keys = sorted({key for value in values for key in value})
    none: Any = {} if any(isinstance(part, Mapping) for part in values[0].values()) else 0
    return {key: _mean([value.get(key, none) for value in values]) for key in keys}


def _mean_month(months: Sequence[Month]) -> Month:
    """Of the years in which anything was recorded in the month: of none it has no number."""
    recorded = [month for month in months if month.visits]
    if not recorded:
        return Month(months[0].name, 0, 0, 0)
    return Month(
        months[0].name,
        _mean([month.visits for month in recorded]),
        _mean([month.enquiries for month in recorded]),
        len(recorded),
    )
