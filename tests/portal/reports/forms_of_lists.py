# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every form of a desk's relazione, in both layouts, read and held against another count."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from portal.core.documents.document import Document
from portal.core.errors import Refusal
from portal.reports.files import composed, draft, rendered
from portal.reports.relazione.assembly import get_relazione
from portal.reports.relazione.model import Layout
from tests.portal.reports import cells_of_lists as held
from tests.portal.reports import readings
from tests.portal.reports.cells_of_lists import Compared
from tests.portal.reports.pages_of_lists import Page
from tests.portal.reports.random_desks import Desk
from tests.portal.reports.recount_of_lists import Known, NotKnown
from tests.portal.reports.stored_networks import Stored
from tests.portal.reports.tables_of_lists import (
    Both,
    Cells,
    both_of,
    columns,
    prospetto,
    tables,
    topics,
)
from tests.portal.reports.windows_by_hand import Window, name_of, windows_of

Where = tuple[Any, ...]
TOTAL = "Importo Totale"
SIDES = (
    ("count", "early", "services"),
    ("baseline", "early_baseline", "services_baseline"),
)
"""Of the period and of the earlier one: the lines, what is on none, and all."""


def compare_desk(stored: Stored, desk: Desk, question: tuple[str, str], compared: Compared) -> None:
    """Every form of one relazione, in both layouts."""
    where = (stored.drawn.seed, desk.slug, *question)
    try:
        both = both_of(desk, stored.drawn.lists, question, stored.drawn.today)
    except NotKnown:
        _refused(stored, desk, question)
        compared.hold("refused", where, True, True)
        return
    period, baseline = question
    with stored.at(desk):
        complete = get_relazione(period=period, baseline=baseline)
        old = replace(complete, layout=Layout.HISTORICAL)
        forms = {one: rendered(complete, format=one) for one in ("json", "dati", "csv", "xlsx")}
        forms |= {"prospetto": rendered(old, format="csv"), "old": rendered(old, format="xlsx")}
        document, paper = composed(complete, draft()), composed(old, draft())
    screens = [_page(stored, desk, question, layout) for layout in Layout]
    _hold_complete(compared, both, document, screens[0], forms, where)
    _hold_old(compared, both, question, paper, screens[1], forms, where, stored.drawn.today)
    _hold_layouts(compared, both, forms, where)


def _page(stored: Stored, desk: Desk, question: tuple[str, str], layout: str) -> str:
    period, baseline = question
    address = f"/s/{desk.slug}/relazioni/periodo"
    asked = {"periodo": period, "confronto": baseline, "prospetto": layout}
    response = stored.manager.get(address, query_string=asked)
    return str(response.text) if response.status_code == 200 else ""


def _refused(stored: Stored, desk: Desk, question: tuple[str, str]) -> None:
    """Of a period of which a part is missing nothing is told."""
    with stored.at(desk), pytest.raises(Refusal):
        get_relazione(period=question[0], baseline=question[1])
    assert not _page(stored, desk, question, Layout.MODERN)


def _hold_complete(
    compared: Compared, both: Both, document: Document, page: str, forms: Mapping[str, bytes],
    where: Where,
) -> None:  # fmt: skip
    told, shown = tables(both), Page(page)
    screen, paper = document.printed(details=True), document.printed()
    is_alone = both.then is None
    for form, printed, read in (
        ("page", screen, shown.tables),
        ("xlsx", paper, readings.from_xlsx(forms["xlsx"], paper)),
    ):
        held.hold_printed(compared, form, printed, read, told, where, is_alone=is_alone)
    held.hold_dataset(compared, forms["dati"], told, where)
    read = json.loads(forms["json"])
    held.hold_json_tables(compared, read["tables"], told, where)
    _hold_json(compared, both, read, where)
    _hold_figures(compared, both, shown.figures, where)
    _hold_csv(compared, both, document, forms["csv"], where)


def _hold_json(compared: Compared, both: Both, read: Mapping[str, Any], where: Where) -> None:
    """The lines of the JSON, and what stands above them."""
    now, then, early = both.now, both.then or Known(), both.early()
    sexes = {"F": None, "M": None, "X": None} if now.sexes is None else {
        "F": now.sexes.get("F", 0),
        "M": now.sexes.get("M", 0),
        "X": now.sexes.get("X", 0) + now.sexes.get("N", 0),
    }  # fmt: skip
    above = {
        "users": now.users,
        "users_baseline": then.users,
        "visits": now.visits,
        "services": now.services,
        "services_baseline": then.services,
        "nameless": now.nameless.total if now.nameless and now.tells else None,
        "nameless_baseline": then.nameless.total if then.nameless and then.tells else None,
        "early": early[0],
        "early_baseline": early[1],
    }
    held.hold_exact(compared, "json", (*where, "above"), read, above)
    held.hold_exact(compared, "json", (*where, "sexes"), read["users_by_sex"], sexes)
    rows = {}
    for row in read["rows"]:
        rows[row["code"]] = row
        rows |= {f"{row['code']}/{part['code']}": part for part in row["details"]}
    counted = {key: line for key, line in topics(both).items() if key != "totale"}
    compared.hold("json", (*where, "rows"), {*rows}, {*counted})
    for key in rows.keys() & counted.keys():
        line = counted[key] if "/" not in key else _without_label(counted[key])
        held.hold_exact(compared, "json", (*where, key), rows[key], line)


def _without_label(line: Cells) -> Cells:
    return {column: value for column, value in line.items() if column != "label"}


def _hold_figures(compared: Compared, both: Both, read: list[str], where: Where) -> None:
    """The large numbers at the top of the page."""
    now = both.now
    each = None
    if now.services_of_users is not None and now.users:
        each = held.half_up(Fraction(now.services_of_users, now.users), 2)
    whole = [held.text_of(one, "count") for one in (now.users, now.services)]
    per_user = "n.d." if each is None else f"{float(each):.2f}".replace(".", ",")
    counted = [*whole, per_user, held.text_of(now.visits, "count")]
    compared.hold("page", (*where, "figures"), read, counted)


def _hold_csv(
    compared: Compared, both: Both, document: Document, content: bytes, where: Where
) -> None:
    """The table of topics alone, for programs: no keys, so by its labels."""
    lines = held.csv_lines(content)
    counted = {
        line["label"]: _without_label(line) for key, line in topics(both).items() if "/" not in key
    }
    compared.hold("csv", (*where, "rows"), [one["label"] in counted for one in lines],
                  [True] * len(counted))  # fmt: skip
    compared.hold("csv", (*where, "columns"), {*lines[0]} - held.UNREAD, columns(both))
    for found in lines:
        line = counted.get(found["label"], {})
        kept = {column: value for column, value in line.items() if column in found}
        held.hold_exact(compared, "csv", (*where, found["label"]), found, kept)


def _hold_old(
    compared: Compared, both: Both, question: tuple[str, str], paper: Document, page: str,
    forms: Mapping[str, bytes], where: Where, today: date,
) -> None:  # fmt: skip
    rows, width = prospetto(both), 4 if both.is_compared else 2
    where = (*where, "prospetto")
    for form, read in (
        ("page", Page(page).tables),
        ("xlsx", readings.from_xlsx(forms["old"], paper)),
    ):
        held.hold_old_lines(compared, form, read["prospetto"], rows, where, width=width)
    window, earlier = windows_of(*question, today)
    named = _named(both.earlier if len(earlier) > 1 and both.earlier else earlier)
    held.hold_prospetto(compared, forms["prospetto"], rows, (name_of(window), named), where)


def _named(earlier: Sequence[Window]) -> str:
    """«2015-S1», of a mean «media 2014-S1 e 2015-S1»: the windows that it is of."""
    *names, last = [*map(name_of, reversed(earlier))] or [""]
    return f"media {', '.join(names)} e {last}" if names else last


def _hold_layouts(compared: Compared, both: Both, forms: Mapping[str, bytes], where: Where) -> None:
    """Both layouts add up to the same services, and tell the same of each line that they share."""
    read, where = json.loads(forms["json"]), (*where, "layouts")
    rows = {row["code"]: row for row in read["rows"]}
    lines = [line.split(";") for line in forms["prospetto"].decode().splitlines()[1:]]
    old = {line[0]: line[1:] for line in lines}
    above = lines[: [line[0] for line in lines].index(TOTAL)]
    for place, (key, early, services) in enumerate(SIDES[: 2 if both.is_compared else 1], 1):
        total = _number(read[services])
        if total is None:
            continue
        sums = {
            "complete": [_number(row[key]) for row in rows.values()],
            "old": [_near(line[place]) for line in above],
        }
        for layout, numbers in sums.items():
            added = sum(number or 0 for number in (*numbers, _number(read[early])))
            # Of a mean each line is rounded, in the old table to one place.
            most = Fraction(len(numbers), 20 if layout == "old" else 10**6)
            off = abs(added - total)
            is_right = off <= most if isinstance(_services(both, key), Fraction) else not off
            compared.hold("layouts", (*where, key, layout), is_right, True)
    for number, label in both.lists.prospetto():
        shared = [line for line in both.lines if line.row == number]
        if len(shared) == 1 and shared[0].key in rows:
            _hold_shared(compared, rows[shared[0].key], old[label], (*where, label))


def _services(both: Both, key: str) -> Any:
    side = both.now if key == "count" else both.then
    return side and side.services


def _hold_shared(
    compared: Compared, row: Mapping[str, Any], old: Sequence[str], where: Where
) -> None:
    for cell, key in zip(old, ("count", "baseline", "variation"), strict=False):
        number = None if row[key] is None else held.half_up(_number(row[key]) or 0, 1)
        compared.hold("layouts", (*where, key), _near(cell), number)


def _number(value: Any) -> Fraction | None:
    return None if value is None else Fraction(value)


def _near(cell: str) -> Fraction | None:
    """A cell of the old table: one place at most."""
    return None if cell == "n.d." else Fraction(cell.removesuffix("%").replace(",", "."))
