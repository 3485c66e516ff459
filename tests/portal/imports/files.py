# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files as desks make them, built from the seed's table and from a few words."""

import csv
from datetime import date, timedelta

from tests import seed

HEADING = (
    "data;persona;cognome;nome;sesso;data_nascita;cittadinanza;comune_residenza;"
    "codice_fiscale;tipologia;canale;note"
)


def visits_csv(*rows: str) -> bytes:
    """A file of visits; a row may end early, the cells left out are empty."""
    return "\n".join([HEADING, *(row + ";" * (11 - row.count(";")) for row in rows), ""]).encode()


def totals_csv(*rows: str) -> bytes:
    return "\n".join(["periodo;voce;valore", *rows, ""]).encode()


def seed_visits(*, separator: str = ";", encoding: str = "utf-8") -> bytes:
    """214 enquiries of 149 persons (67 F, 82 M), each with accents in the name."""
    asked = [label for label, now, _then in _rows() for _one in range(now)]
    lines = [HEADING.split(";")]
    for number, label in enumerate(asked):
        who = number % seed.USERS
        day = date(2016, 1, 4) + timedelta(days=who)
        sex = "F" if who < seed.WOMEN else "M"
        person = [f"{who:03d}", f"Perù {who}", "Zoë", sex, "1980", "Perù", "Lucca", ""]
        lines.append([f"{day:%d/%m/%Y}", *person, label, "sportello", "già, sì; «ok»"])
    return _encoded(lines, separator, encoding)


def seed_totals(*, separator: str = ";", encoding: str = "utf-8") -> bytes:
    """The first half of 2015: 172 users, sexes not kept."""
    figures = [("utenti", seed.BASELINE_USERS), *((label, then) for label, _now, then in _rows())]
    lines = [["periodo", "voce", "valore"], *(["2015-S1", item, str(n)] for item, n in figures)]
    return _encoded(lines, separator, encoding)


def _rows() -> list[tuple[str, int, int]]:
    rows = list(csv.reader(seed.table().decode().splitlines(), delimiter=";"))[1:-1]
    return [(label, int(now), int(then)) for label, now, then, _variation in rows]


def _encoded(lines: list[list[str]], separator: str, encoding: str) -> bytes:
    def quoted(cell: str) -> str:
        return f'"{cell}"' if separator in cell else cell

    text = "\r\n".join(separator.join(map(quoted, line)) for line in lines)
    return (text + "\r\n").encode(encoding)
