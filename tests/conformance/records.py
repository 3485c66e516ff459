# SPDX-License-Identifier: AGPL-3.0-or-later
"""One row in every table of a desk, recognisable wherever it turns up.

Texts begin with `Cnry` and the desk's name, figures are numbers that nothing else would give.
What is unique within a desk (codice fiscale, form token, key, file) is the same at both desks.
"""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

from sqlalchemy import Column, Integer, String, Table, Uuid, insert
from sqlalchemy.types import Boolean, Date, DateTime, LargeBinary

from portal import models
from portal.core import clock
from portal.core.database import DeskTable, db
from tests.world import CAPANNORI, LUCCA, World
from tests.world import Place as Desk

models.load()

AUTHOR = {LUCCA: World().bruno.id, CAPANNORI: World().dario.id}
NUMBERS = {LUCCA: 4_321_987, CAPANNORI: 7_654_321}
SHORTEST_CANARY = 20
SAME_TOKEN = uuid5(NAMESPACE_DNS, "the same form")
SAME = {
    ("person", "sex"): "F",
    ("person", "birth_state"): None,
    ("person", "birth_year"): 1988,
    ("person", "birth_month"): 4,
    ("person", "birth_day"): 12,
    ("person", "codice_fiscale"): "DLLMNA88D52Z343L",
    ("person", "codice_fiscale_kind"): "ordinary",
    ("person", "permit_kind"): None,
    ("person", "phone"): "+393331004417",
    ("person", "notice_language"): None,
    ("person", "languages"): [],
    ("person", "form_token"): SAME_TOKEN,
    ("person_citizenship", "state_code"): "436",
    ("person_citizenship", "is_primary"): True,
    ("person_residence", "kind"): "comune",
    ("person_residence", "comune_code"): "046017",
    ("person_key", "key"): "CHIAVE-1",
    ("person_token", "kind"): "w",
    ("visit", "channel"): "desk",
    ("visit", "deleted_at"): None,
    ("visit", "deleted_reason"): None,
    ("visit", "form_token"): SAME_TOKEN,
    ("enquiry", "taxonomy"): 1,
    ("enquiry", "topic_code"): "CIT",
    ("figure", "period"): "2016-S1",
    ("figure", "topics"): {"CIT": 1},
    ("past_total", "period"): "2014-S2",
    ("past_total", "starts_on"): date(2014, 7, 1),
    ("past_total", "ends_on"): date(2014, 12, 31),
    ("past_total", "topics"): {"CIT": 1},
    ("past_total", "users_m"): 0,
    ("past_total", "deleted_at"): None,
    ("past_total", "deleted_reason"): None,
    ("imported_file", "kind"): "visits",
    ("audit_event", "action"): "read",
    ("audit_event", "columns"): None,
}
COUNTED = {("figure", "users"), ("figure", "users_f"), ("past_total", "users")}


def desk_tables() -> list[Table]:
    """The tables of a desk, parents first."""
    owned = {mapper.local_table for mapper in db.Model.registry.mappers if is_of_desk(mapper)}
    return [table for table in db.metadata.sorted_tables if table in owned]


def is_of_desk(mapper: Any) -> bool:
    return issubclass(mapper.class_, DeskTable)


def row_id(table: str, desk: Desk) -> UUID:
    """The id of the desk's row in a table."""
    return uuid5(desk.id, table)


def canary(desk: Desk) -> str:
    """How each text of this desk begins."""
    return f"Cnry{desk.slug.capitalize()}"


def write_rows(desk: Desk) -> None:
    """Write the desk's rows, inside its scope."""
    for table in desk_tables():
        values = {column.name: value(column, desk) for column in table.columns}
        db.session.execute(insert(table).values(values))


def value(column: Column[Any], desk: Desk) -> Any:
    """What stands in a column of the desk's row."""
    table = column.table.name
    if (table, column.name) in SAME:
        return SAME[table, column.name]
    if (table, column.name) in COUNTED:
        return NUMBERS[desk]
    if isinstance(column.type, Uuid):
        return _id(column, desk)
    if isinstance(column.type, String):
        return _text(column, desk)
    for kind, make in PLAIN.items():
        if isinstance(column.type, kind):
            return make()
    raise AssertionError(f"say in SAME what stands in {table}.{column.name}")


PLAIN: dict[type, Callable[[], Any]] = {
    Boolean: lambda: False,
    Integer: lambda: 0,
    Date: clock.today,
    DateTime: clock.now,
    LargeBinary: lambda: hashlib.sha256(b"the same file").digest(),
}


def _id(column: Column[Any], desk: Desk) -> UUID:
    if column.name == "desk_id":
        return desk.id
    if column.name in ("created_by", "account_id"):
        return AUTHOR[desk]
    parent = {"id": column.table.name, "subject_id": "person"}.get(column.name)
    return row_id(parent or column.name.removesuffix("_id"), desk)


def _text(column: Column[Any], desk: Desk) -> str:
    place = "".join(word.capitalize() for word in f"{column.table.name}_{column.name}".split("_"))
    longest = getattr(column.type, "length", None) or 200
    assert longest >= SHORTEST_CANARY, f"say in SAME what stands in {column}"
    return f"{canary(desk)}{place}"[:longest]
