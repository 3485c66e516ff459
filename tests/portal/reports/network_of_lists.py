# SPDX-License-Identifier: AGPL-3.0-or-later
"""The comparison of a network, its file, its JSON and its page, held against another count."""

import json
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from portal.oversight import documents, queries
from tests.portal.reports import cells_of_lists as held
from tests.portal.reports.cells_of_lists import Compared
from tests.portal.reports.network_by_hand import SERVICES, SUMS, USERS, Network, as_published
from tests.portal.reports.pages_of_lists import Page
from tests.portal.reports.random_desks import Desk
from tests.portal.reports.recount_of_lists import Known, NotKnown, count
from tests.portal.reports.stored_networks import Stored
from tests.portal.reports.tables_of_lists import Cells
from tests.portal.reports.windows_by_hand import Window, name_of, window_of, year_before

Where = tuple[Any, ...]
CLOSED = ((-1, "-S1"), (-1, "-S2"), (-1, ""), (0, "-T1"), (0, "-S1"))
"""Periods, by how many years ago."""
SHOWN = {
    "tassi": ("incidence", "count"),
    "conteggi": ("count", "baseline"),
    "variazione": ("variation", ""),
}
"""What each page shows large, and what small."""


def compare_network(stored: Stored, compared: Compared) -> None:
    """Publish a closed period of each desk that has one, and read them side by side."""
    random, today = Random(stored.drawn.seed), stored.drawn.today
    names = [f"{today.year + back}{part}" for back, part in CLOSED]
    name = random.choice([one for one in names if window_of(one).last < today])
    window = window_of(name)
    desks: dict[str, tuple[Known, Known | None]] = {}
    for desk in stored.drawn.desks:
        sides = _publish(stored, desk, window, random)
        if sides is not None:
            desks[desk.slug] = sides
    network = Network(stored.drawn.lists, window, desks)
    with stored.at_network():
        comparison = queries.get_comparison(name)
        content = documents.rendered(comparison, format="csv")
        read = json.loads(documents.rendered(comparison, format="json"))
    where = (stored.drawn.seed, "network", name)
    columns = network.columns()
    rows = _hold_file(compared, content, network, where)
    _hold_json(compared, read["desks"], network, where)
    for show in SHOWN:
        told = [[_shown(column[key], key, show) for column in columns.values()] for key in rows]
        response = stored.overseer.get(
            f"/r/{stored.drawn.slug}/confronto", query_string={"periodo": name, "mostra": show}
        )
        # Without a desk the page has no table.
        may_hide = [slug in network.hiding for slug in columns]
        _hold_page(compared, Page(response.text), told if columns else [], (*where, show), may_hide)


def _publish(
    stored: Stored, desk: Desk, window: Window, random: Random
) -> tuple[Known, Known | None] | None:
    """What the network is to know of a desk; None where it has nothing to publish."""
    before, name = year_before(window), name_of(window)
    now, then = _known(desk, window), _known(desk, before)
    if now is None or now.is_nothing or random.random() < 0.1:
        return None
    is_usual = random.random() < 0.8
    if not is_usual and then and random.random() < 0.5:
        stored.publish(desk, name_of(before), "nessuno")
    elif not is_usual:
        then = None
    stored.publish(desk, name, "anno-prima" if is_usual else "nessuno")
    return as_published(now) or now, as_published(then)


def _known(desk: Desk, window: Window) -> Known | None:
    try:
        known = count(desk, window)
    except NotKnown:
        return None
    return None if known.is_nothing else known


def _hold_file(compared: Compared, content: bytes, network: Network, where: Where) -> list[str]:
    """The CSV, and its rows in their order."""
    lines = {line["code"]: line for line in held.csv_lines(content)}
    compared.hold("network", (*where, "rows"), {*lines}, network.rows | {USERS, SERVICES})
    for slug, column in network.columns().items():
        for row, line in column.items():
            found = lines.get(row, {})
            cells = {name: found.get(f"{slug}_{name}", "no such cell") for name in line}
            hidden = {name for name, text in cells.items() if _is_mark(text)}
            _hold_marks(compared, (*where, slug, row), hidden, slug in network.hiding)
            there = {name: value for name, value in line.items() if name not in hidden}
            held.hold_exact(compared, "network", (*where, slug, row), cells, there)
    return [row for row in lines if row in network.rows | {USERS, SERVICES}]


def _is_mark(text: object) -> bool:
    """Whether a cell is hidden, or a sum of which a part is."""
    return isinstance(text, str) and ("•" in text or text.startswith("almeno"))


def _hold_marks(
    compared: Compared, where: Where, hidden: Collection[str], may_hide: bool
) -> None:  # fmt: skip
    """Nothing is hidden where nobody asked for anything sensitive."""
    compared.hold("network marks", where, bool(hidden) and not may_hide, False)


def _hold_json(
    compared: Compared, desks: Sequence[Mapping[str, Any]],
    network: Network, where: Where,
) -> None:  # fmt: skip
    columns = network.columns()
    compared.hold("network json", where, {desk["desk"] for desk in desks}, {*columns} - {SUMS})
    for desk in desks:
        rows = {row["code"]: row for row in desk["rows"]}
        column = {key: line for key, line in columns[desk["desk"]].items()
                  if key not in (USERS, SERVICES)}  # fmt: skip
        here = (*where, desk["desk"])
        compared.hold("network json", (*here, "rows"), {*rows}, {*column})
        for key in rows.keys() & column.keys():
            hidden = _hidden_of(desk, key, rows[key])
            _hold_marks(compared, (*here, key), hidden, desk["desk"] in network.hiding)
            there = {name: value for name, value in column[key].items() if name not in hidden}
            held.hold_exact(compared, "network json", (*here, key), rows[key], there)


def _hidden_of(desk: Mapping[str, Any], key: str, row: Mapping[str, Any]) -> set[str]:
    """The columns of which a line has no number because it may not be told."""
    found: set[str] = set()
    for side, prefix in (("now", ""), ("then", "baseline_")):
        whole = desk["hidden"][side] is None or key in desk["hidden"][side]
        if whole or key in desk["unsplit"][side]:
            found |= {f"{prefix}nameless", f"{prefix}incidence", "variation"}
        if whole:
            found.add("baseline" if prefix else "count")
    return {name for name in found if row[name] is None}


def _hold_page(
    compared: Compared, page: Page, told: Sequence[Sequence[tuple[str, str]]], where: Where,
    may_hide: Sequence[bool],
) -> None:  # fmt: skip
    """One figure large in each cell, and at most one small; a mark is read as a word."""
    lines = [[cell.both for cell in line[1:]] for line in page.lines["matrix"]]
    compared.hold("network page", (*where, "lines"), len(lines), len(told))
    for number, (found, line) in enumerate(zip(lines, told, strict=False)):
        for place, (cell, wanted) in enumerate(zip(found, line, strict=True)):
            hidden = [text for text in cell if _is_mark(text)]
            hidden += [text for text, there in zip(cell, wanted, strict=True) if there and not text]
            if hidden:
                _hold_marks(compared, (*where, number, place), hidden, may_hide[place])
            else:
                compared.hold("network page", (*where, number, place), cell, wanted)


def _shown(line: Cells, row: str, show: str) -> tuple[str, str]:
    if row in (USERS, SERVICES):
        if show != "tassi":
            return held.text_of(line["count"], "count"), held.text_of(line["baseline"], "count")
        small = ""
        if row == SERVICES:
            each = line["incidence"]
            small = "n.d." if each is None else _two_places(each / 100)
        return held.text_of(line["count"], "count"), small
    large, after = SHOWN[show]
    return held.text_of(line[large], large), held.text_of(line[after], after) if after else ""


def _two_places(value: Fraction) -> str:
    hundredths = int(held.half_up(value, 2) * 100)
    return f"{hundredths // 100},{hundredths % 100:02}"
