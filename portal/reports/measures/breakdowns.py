# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the users and the visits of a window divide; every part adds up to its whole. Pure.

A user is described as at their first visit in the window: the age completed that day and the
Comune of residence then. An empty key is «non indicato», which every part has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

NOT_STATED = ""
AGES = (0, 14, 18, 25, 35, 45, 55, 65)
"""Where the classes of age begin; the last has no end."""
Parts = Mapping[str, int | Fraction]


@dataclass(frozen=True)
class Month:
    """The visits and the enquiries of one month of the window, by the month's own name."""

    name: str
    visits: int | Fraction
    enquiries: int | Fraction


@dataclass(frozen=True)
class Detail:
    """The divisions of one window. Keys are codes: words are given to them when printed.

    `ages` has the first year of a class, `citizenships` ISTAT's codes of states, `residences` the
    code of a Comune or what is known instead of it, `languages` the first that a person speaks,
    `channels` how the visits came. `newcomers` are users whose first visit ever falls in the
    window: None where the records begin inside it, so that nobody can be told to be new.
    `days` are those with at least one visit.
    """

    ages: Parts
    citizenships: Parts
    residences: Parts
    languages: Parts
    newcomers: int | Fraction | None
    channels: Parts
    days: int | Fraction
    months: tuple[Month, ...]


def mean_of(details: Sequence[Detail]) -> Detail:
    """The mean of each figure; a key that one of them lacks counts as none there."""
    values: dict[str, Any] = {
        field.name: _mean([getattr(one, field.name) for one in details]) for field in fields(Detail)
    }
    return Detail(**values)


def _mean(values: Sequence[Any]) -> Any:
    if any(value is None for value in values):
        return None
    first = values[0]
    if isinstance(first, Mapping):
        keys = {key for value in values for key in value}
        return {key: _mean([value.get(key, 0) for value in values]) for key in sorted(keys)}
    if isinstance(first, tuple):
        return tuple(_mean_month(months) for months in zip(*values, strict=True))
    return Fraction(sum(values), len(values))


def _mean_month(months: Sequence[Month]) -> Month:
    return Month(
        months[0].name,
        _mean([month.visits for month in months]),
        _mean([month.enquiries for month in months]),
    )
