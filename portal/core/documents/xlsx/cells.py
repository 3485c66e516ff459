# SPDX-License-Identifier: AGPL-3.0-or-later
"""A figure as the number of a cell and the format that shows it. Pure.

A spreadsheet rounds what it shows, half up, from the fifteen digits that it keeps. So the exact
value is cut, never rounded, to fewer: a second rounding would print 0,04999… as 0,1.
"""

from decimal import Decimal
from fractions import Fraction

from portal.core.documents.tables import Column
from portal.core.italy import formats

Exact = int | Fraction | Decimal
# Six digits before the mark and nine after it are the fifteen.
KEPT_PLACES = 9
DATE_FORMAT = "dd/mm/yyyy"


def number(value: Exact) -> int | float:
    """The value of a cell: an integer as it is, a fraction cut towards zero."""
    if isinstance(value, int):
        return value
    exact = Fraction(value) * 10**KEPT_PLACES
    units = abs(exact.numerator) // exact.denominator
    return (-units if exact < 0 else units) / 10**KEPT_PLACES


def number_format(value: Exact, column: Column) -> str:
    """As the page prints it: a variation with its sign, and none before what rounds to zero."""
    places = column.places_of(value)
    figure = "#,##0" + ("." + "0" * places if places else "")
    if column.style == "historical":
        figure = figure.removeprefix("#,##") + '"%"'
    if value and not formats.rounded(value, places):
        return f"{figure};{figure}"
    if column.kind == "change" and column.style == "page":
        return f"+{figure};-{figure};{figure}"
    return figure
