# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file of past totals: one figure a row, several periods in one file."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from flask_babel import gettext as _

from portal.core.italy.periods import Period, parse_period
from portal.imports.rules.files import FileRow
from portal.imports.rules.problems import Problems

COLUMNS = ("periodo", "voce", "valore")
USERS, WOMEN, MEN = "utenti", "utenti_f", "utenti_m"
_FIGURE = re.compile(r"[0-9]{1,9}")


@dataclass(slots=True)
class TotalsInFile:
    """The figures of one period; `row` is its first, `rows` those of each figure."""

    period: Period
    row: int
    figures: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def topics(self) -> dict[str, int]:
        return {
            item: number for item, number in self.figures.items() if item not in (USERS, WOMEN, MEN)
        }


def read_totals(
    lines: Iterable[FileRow], problems: Problems, *, find_code: Callable[[str], str | None]
) -> list[TotalsInFile]:
    """The periods in the order of the file; each has its users, by sex or not."""
    periods: dict[str, TotalsInFile] = {}
    for line in lines:
        period = _period(line, problems)
        item = _item(line, find_code, problems)
        number = _number(line, problems)
        if period is None:
            continue
        totals = periods.setdefault(period.name, TotalsInFile(period, line.number))
        if item is None:
            continue
        if item in totals.rows:
            sentence = _("c’è già alla riga %(row)s per lo stesso periodo", row=totals.rows[item])
            problems.add(line.number, "voce", sentence)
            continue
        totals.rows[item] = line.number
        if number is not None:
            totals.figures[item] = number
    for totals in periods.values():
        _check_users(totals, problems)
    return list(periods.values())


def _period(line: FileRow, problems: Problems) -> Period | None:
    try:
        return parse_period(line.cells["periodo"])
    except ValueError as wrong:
        problems.add(line.number, "periodo", str(wrong))
        return None


def _item(line: FileRow, find_code: Callable[[str], str | None], problems: Problems) -> str | None:
    text = line.cells["voce"]
    item = text.lower() if text.lower() in (USERS, WOMEN, MEN) else find_code(text)
    if item is None:
        problems.add(
            line.number,
            "voce",
            _("scrivi una tipologia dell’elenco (etichetta o codice), utenti, utenti_F o utenti_M"),
        )
    return item


def _number(line: FileRow, problems: Problems) -> int | None:
    text = line.cells["valore"]
    if _FIGURE.fullmatch(text):
        return int(text)
    problems.add(
        line.number, "valore", _("scrivi un numero intero da 0 in su, senza punti né virgole")
    )
    return None


def _check_users(totals: TotalsInFile, problems: Problems) -> None:
    if USERS not in totals.rows:
        sentence = _("nel periodo %(name)s manca la voce utenti", name=totals.period.name)
        problems.add(totals.row, "voce", sentence)
        return
    sexes = totals.figures.get(WOMEN, 0) + totals.figures.get(MEN, 0)
    if sexes > totals.figures.get(USERS, sexes):
        sentence = _("donne e uomini insieme superano gli utenti")
        problems.add(totals.rows[USERS], "valore", sentence)
