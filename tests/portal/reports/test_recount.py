# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random desks: every figure equals an independent recount, and every table adds up."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from portal.core import clock
from portal.core.documents.document import Document
from portal.core.documents.tables import Table
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope, identity_scope
from portal.core.store.unit import unit_of_work
from portal.desks.actions import add_desk
from portal.desks.queries import get_network_by_slug
from portal.reports.files import composed, draft
from portal.reports.measures import people
from portal.reports.relazione.assembly import get_relazione
from portal.reports.relazione.model import Relazione
from tests.portal.reports.plans import draw_plan, record
from tests.portal.reports.recount import told
from tests.world import World

FEW, MANY = 40, 1_000
PAIRED = ("sexes", "newcomers", "ages", "areas", "residences", "languages", "channels")


def test_a_few_random_desks(app: Flask, world: World) -> None:
    verify(app, world, range(FEW))


@pytest.mark.long
def test_a_thousand_random_desks(app: Flask, world: World) -> None:
    verify(app, world, range(FEW, FEW + MANY))


def verify(app: Flask, world: World, seeds: range) -> None:
    figures = 0
    for seed in seeds:
        figures += verify_one(app, world, seed)
    assert figures > 40 * len(seeds), "or hardly anything was compared"


UNCHECKED = ("opening", "channels", "intervalli")


def verify_one(app: Flask, world: World, seed: int) -> int:
    """How many figures were compared."""
    plan = draw_plan(seed)
    with app.app_context(), identity_scope(), unit_of_work():
        network = get_network_by_slug(world.rete.slug)
        desk_id = add_desk(slug=f"caso-{seed}", name=f"Caso {seed}", network=network).id
    with app.app_context(), desk_scope(desk_id), unit_of_work():
        record(plan)
    with app.app_context(), desk_scope(desk_id), unit_of_work():
        relazione = get_relazione(period=plan.period, baseline=plan.baseline)
        document = composed(relazione, draft())
        db.session.rollback()
    today = clock.today()
    now = told(plan, [(relazione.period.start, relazione.period.end)], today)
    then = told(plan, [(one.start, one.end) for one in relazione.against.periods], today)
    if then and not any(then["whole"][key] for key in ("users", "visits", "services")):
        then = None  # nothing at all on record is not a zero
    tables = {table.key: table for table in document.tables}
    if not now["whole"]["visits"]:
        # Nothing on record: a sentence, and no number.
        assert relazione.is_silent, seed
        assert not {"richieste", "months", "sexes"} & tables.keys(), seed
        return 1
    compared = compare_topics(tables["richieste"], now, then, seed)
    compared += compare_divisions(tables, now, then, seed)
    compared += compare_citizenships(tables["citizenships"], now, seed)
    compared += compare_activity(tables, relazione, now, then, seed)
    compared += compare_synthesis(document, relazione, now, seed)
    for table in tables.values():
        assert table.check is None or table.check.is_right, (seed, table.caption, table.check)
        known = any(row.cells[1] is not None for row in table.rows if row.kind == "body")
        assert table.check or table.key in UNCHECKED or not known, (seed, table.key)
    return compared


def cells(table: Table) -> Mapping[str, Mapping[str, Any]]:
    keys = [column.key for column in table.columns]
    return {row.key: dict(zip(keys, row.cells, strict=True)) for row in table.rows}


def rate(count: Any, users: Any) -> Fraction | None:
    return None if count is None or not users else Fraction(100 * count) / users


def asked(side: Any, key: str) -> tuple[Any, Any]:
    """All enquiries of a line or of the table, and those among them without a name."""
    if key == "totale":
        return side["whole"]["services"], side["whole"]["nameless"]
    return side["topics"].get(key, 0), side["nameless"].get(key, 0)


def compare_topics(table: Table, now: Any, then: Any, seed: int) -> int:
    found = cells(table)
    users, users_then = now["whole"]["users"], then["whole"]["users"] if then else None
    for key, line in found.items():
        count, nameless = asked(now, key)
        assert line["count"] == count, (seed, key)
        assert line.get("nameless", 0) == nameless, (seed, key)
        assert line["incidence"] == rate(count - nameless, users), (seed, key)
        if "baseline" not in line:
            continue
        before, without = asked(then, key) if then else (None, None)
        assert line["baseline"] == before, (seed, key)
        assert line.get("baseline_nameless", 0) == (without or 0), (seed, key)
        one = rate(count - nameless, users)
        other = None if before is None else rate(before - without, users_then)
        if key != "totale":
            variation = None if one is None or other is None else one - other
            assert line["variation"] == variation, (seed, key)
    assert set(now["topics"]) <= set(found)
    return sum(len(line) - 1 for line in found.values())


def compare_divisions(tables: Mapping[str, Table], now: Any, then: Any, seed: int) -> int:
    compared = 0
    for key in PAIRED:
        found = cells(tables[key])
        total = now["whole"]["visits" if key == "channels" else "users"]
        for line, values in found.items():
            code = "" if line == "non-indicato" else line
            if line == "totale":
                continue
            number = now[key].get(code, 0)
            before = then[key].get(code, 0) if then else None
            _label, count, share, *earlier = values.values()
            assert count == number, (seed, key, line)
            assert share == rate(number, total), (seed, key, line)
            assert earlier in ([], [before]), (seed, key, line)
            compared += 2 + len(earlier)
        lines = {"" if line == "non-indicato" else line for line in found}
        assert {code for code, number in now[key].items() if number} <= lines, (seed, key)
    return compared


def compare_citizenships(table: Table, now: Any, seed: int) -> int:
    found = {key: line["users"] for key, line in cells(table).items() if key != "totale"}
    states = {code: number for code, number in now["citizenships"].items() if code and number}
    ten = sorted(states.values(), reverse=True)[:10]
    named = {key: count for key, count in found.items() if key not in ("altre", "non-indicato")}
    assert all(states.get(key, 0) == count for key, count in named.items()), seed
    assert sorted(filter(None, named.values()), reverse=True) == ten, seed
    assert found.get("altre", 0) == sum(states.values()) - sum(ten), seed
    assert found["non-indicato"] == now["citizenships"].get("", 0), seed
    return len(found)


def compare_activity(
    tables: Mapping[str, Table], relazione: Relazione, now: Any, then: Any, seed: int
) -> int:
    lines = [row for row in tables["months"].rows if row.kind == "body"]
    keys = [column.key for column in tables["months"].columns]
    shown = {"visits": "month-visits", "enquiries": "month-enquiries"}
    for place, row in enumerate(lines):
        values = dict(zip(keys, row.cells, strict=True))
        for key, table in shown.items():
            assert values[key] == of_month(now, table, place), (seed, key, place)
            if then and len(then[table]) == len(lines) and f"{key}_baseline" in values:
                assert values[f"{key}_baseline"] == of_month(then, table, place), (seed, key, place)
    opening = cells(tables["opening"])
    for key, side in {"now": now, "then": then}.items():
        if key in opening and side:
            days, visits = side["days"]["days"], side["whole"]["visits"]
            daily = Fraction(visits) / days if days else None
            assert opening[key]["days"] == days, seed
            assert opening[key]["visits_a_day"] == daily, seed
    assert relazione.current.anonymous == now["whole"]["anonymous"]
    return 2 * len(lines) + 2


def of_month(side: Any, table: str, place: int) -> Any:
    """Of a month in which nobody came there is no number."""
    return side[table][str(place)] if side["month-visits"][str(place)] else "—"


def compare_synthesis(document: Document, relazione: Relazione, now: Any, seed: int) -> int:
    whole = now["whole"]
    figures = {one.key: one.value for one in document.sections[0].blocks[0].items}  # type: ignore[union-attr]
    per_user = rate(whole["services"] - whole["nameless"], whole["users"])
    assert figures == {
        "users": whole["users"],
        "services": whole["services"],
        "services_per_user": None if per_user is None else per_user / 100,
        "visits": whole["visits"],
    }, seed
    return len(figures)


def test_the_recount_tells_an_error(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A birthday on the day itself counted as still to come: the recount must see it."""
    wrong = people.DIVIDED.text.replace("age(CAST(came_on AS", "age(CAST(came_on - 1 AS")
    assert wrong != people.DIVIDED.text
    monkeypatch.setattr(people, "DIVIDED", text(wrong))
    with pytest.raises(AssertionError):
        verify(app, world, range(FEW, FEW + 100))
