# SPDX-License-Identifier: AGPL-3.0-or-later
"""One row in every table of a desk or network, recognisable wherever it turns up.

Texts begin with `Cnry` and the desk's name, figures are numbers that nothing else would give.
What is unique within a desk (codice fiscale, form token, key, file) is the same at both desks.
"""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

from sqlalchemy import Column, Integer, String, Table, Uuid, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Boolean, Date, DateTime, LargeBinary

from portal import models
from portal.accounts.models import Invitation
from portal.core import clock
from portal.core.store.database import DeskTable, PublishedTable, db
from portal.oversight.models import PublishedFigure
from portal.reports.editions.edition_type import File, manifest_hash
from tests.world import ALTRA, CAPANNORI, LUCCA, RETE, Place, World
from tests.world import Place as Desk

models.load()

AUTHOR = {
    LUCCA: World().bruno.id,
    CAPANNORI: World().dario.id,
    RETE: World().elena.id,
    ALTRA: World().fabio.id,
}
NUMBERS = {LUCCA: 4_321_987, CAPANNORI: 7_654_321}
FILE = File("relazione.csv", "text/csv", b"the same file")
NETWORK_FILE = File("confronto.csv", "text/csv", b"the same file")
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
    ("person", "merged_into"): None,
    ("person_citizenship", "state_code"): "436",
    ("person_citizenship", "is_primary"): True,
    ("person_former_citizenship", "state_code"): "436",
    ("person_residence", "kind"): "comune",
    ("person_residence", "comune_code"): "046017",
    ("person_key", "key"): "CHIAVE-1",
    ("person_token", "kind"): "w",
    ("visit", "channel"): "desk",
    ("visit", "interpreter"): "mediator",
    ("visit", "deleted_at"): None,
    ("visit", "deleted_reason"): None,
    ("visit", "form_token"): SAME_TOKEN,
    ("visit", "sheet_id"): None,
    ("visit", "contact_sex"): None,
    ("tally_sheet", "enquiries"): 1,
    ("tally_sheet", "form_token"): SAME_TOKEN,
    ("person_merge", "undone_at"): None,
    ("person_merge", "undone_by"): None,
    ("pinned_topic", "position"): 1,
    ("pinned_topic", "topic_code"): "CIT",
    ("enquiry", "taxonomy"): 1,
    ("enquiry", "topic_code"): "CIT",
    ("figure", "period"): "2016-S1",
    ("figure", "topics"): {"CIT": 1},
    ("figure", "nameless"): {},
    ("past_total", "period"): "2014-S2",
    ("past_total", "starts_on"): date(2014, 7, 1),
    ("past_total", "ends_on"): date(2014, 12, 31),
    ("past_total", "topics"): {"CIT": 1},
    ("past_total", "nameless"): None,
    ("past_total", "nameless_topics"): None,
    ("past_total", "users_m"): 0,
    ("edition", "period"): "2016-S1",
    ("edition", "layout"): "moderno",
    ("edition", "baseline"): "2015-S1",
    ("edition", "number"): 1,
    ("edition", "replaces"): None,
    ("edition", "state"): "ready",
    ("edition", "approved_at"): None,
    ("edition", "step"): 5,
    ("edition", "taxonomy"): 1,
    ("edition", "software"): "0.1.0",
    ("edition", "sha256"): manifest_hash([FILE]),
    ("edition_file", "name"): FILE.name,
    ("edition_file", "media_type"): FILE.media_type,
    ("edition_file", "content"): FILE.content,
    ("edition_file", "sha256"): FILE.sha256,
    ("disclosure", "audience"): "public",
    ("disclosure", "sheets"): [],
    ("report_text", "period"): "2016-S1",
    ("report_template", "retired_at"): clock.now(),
    ("recipient", "audience"): "desk",
    ("delivery", "state"): "failed",
    ("approval_notice", "state"): "failed",
    ("network_edition", "period"): "2016-S1",
    ("network_edition", "baseline"): "2015-S1",
    ("network_edition", "number"): 1,
    ("network_edition", "replaces"): None,
    ("network_edition", "state"): "ready",
    ("network_edition", "approved_at"): None,
    ("network_edition", "step"): 5,
    ("network_edition", "taxonomy"): 1,
    ("network_edition", "software"): "0.1.0",
    ("network_edition", "sha256"): manifest_hash([NETWORK_FILE]),
    ("network_edition_file", "name"): NETWORK_FILE.name,
    ("network_edition_file", "media_type"): NETWORK_FILE.media_type,
    ("network_edition_file", "content"): NETWORK_FILE.content,
    ("network_edition_file", "sha256"): NETWORK_FILE.sha256,
    ("network_delivery", "state"): "failed",
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


def published_tables() -> list[Table]:
    """The tables that a network reads, parents first."""
    kinds = db.Model.registry.mappers
    read = {one.local_table for one in kinds if issubclass(one.class_, PublishedTable)}
    return [table for table in db.metadata.sorted_tables if table in read]


def row_id(table: str, place: Place) -> UUID:
    """The id of the desk's or network's row in a table."""
    return uuid5(place.id, table.removeprefix("network_"))


def canary(place: Place) -> str:
    """How each text of this desk or network begins."""
    return f"Cnry{place.slug.capitalize()}"


def write_rows(desk: Desk) -> None:
    """Write the desk's rows, inside its scope."""
    for table in desk_tables():
        values = {column.name: value(column, desk) for column in table.columns}
        db.session.execute(insert(table).values(values))
        if table.name == "person":
            other = values | {"id": _two_persons(desk)[1], "form_token": None}
            db.session.execute(insert(table).values(other))


def publish(desk: Desk) -> None:
    """Let the network read the desk's figures, inside its scope; they are numbers, no text."""
    row = {
        "code": "CIT", "label": "Cittadinanza", "count": NUMBERS[desk], "baseline": 1,
        "incidence": None, "baseline_incidence": None, "variation": None,
    }  # fmt: skip
    figures = {
        "desk": desk.slug, "period": "2016-S1", "baseline": "2015-S1", "users": NUMBERS[desk],
        "users_baseline": 1, "services": NUMBERS[desk], "services_baseline": 1, "rows": [row],
    }  # fmt: skip
    values = {"network_id": RETE.id, "period": "2016-S1", "number": 1, "figures": figures}
    db.session.execute(insert(PublishedFigure).values(**values, approved_at=clock.now()))


def invite(desk: Desk) -> None:
    """Invite somebody to the desk; the table is shared, and what stands in it is the desk's."""
    invitation = Invitation(
        id=row_id("invitation", desk),
        email=f"{canary(desk).lower()}@comune.example",
        name=f"{canary(desk)}InvitationName",
        role="reader",
        desk_id=desk.id,
        made_by=AUTHOR[desk],
        expires_at=clock.now(),
    )
    db.session.add(invitation)


def write_network_rows(network: Place) -> None:
    """Write the rows that are the network's own, inside its scope."""
    for table in published_tables():
        if table.name != "published_figure":
            values = {column.name: value(column, network) for column in table.columns}
            db.session.execute(insert(table).values(values))


def frozen(desk: Desk) -> dict[str, Any]:
    """What the desk's edition froze."""
    counts = {
        "users": NUMBERS[desk], "users_by_sex": None, "visits": 1, "anonymous": 0,
        "topics": {"CIT": 1},
    }  # fmt: skip
    return {
        "taxonomy": 1, "desk_name": canary(desk), "desk_slug": desk.slug, "period": "2016-S1",
        "baseline": "2015-S1", "current": counts, "earlier": None, "notes": [canary(desk)],
        "rows": [["CIT", canary(desk), 1, None]], "historical": [["1", canary(desk), 1, None]],
    }  # fmt: skip


def frozen_comparison(network: Place) -> dict[str, Any]:
    """What the network's edition froze: nobody had published."""
    return {
        "taxonomy": 1, "network": network.slug, "network_name": network.name,
        "period": "2016-S1", "baseline": "2015-S1", "compiled_at": None, "missing": [],
        "desks": [], "names": {},
    }  # fmt: skip


def value(column: Column[Any], desk: Desk) -> Any:
    """What stands in a column of the desk's row."""
    table = column.table.name
    if isinstance(column.type, JSONB) and (table, column.name) not in SAME:
        return _document(table, desk)
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


def _document(table: str, place: Place) -> Any:
    if table == "draft":
        return [["note", canary(place)]]
    if table == "person_merge":
        return {"note": canary(place)}
    return frozen_comparison(place) if table == "network_edition" else frozen(place)


PLAIN: dict[type, Callable[[], Any]] = {
    Boolean: lambda: False,
    Integer: lambda: 0,
    Date: clock.today,
    DateTime: clock.now,
    LargeBinary: lambda: hashlib.sha256(b"the same file").digest(),
}


def _two_persons(desk: Desk) -> tuple[UUID, UUID]:
    """The desk's person and another who resembles them, in the order of their ids."""
    first = row_id("person", desk)
    return first, UUID(int=first.int + 1)


def _id(column: Column[Any], desk: Desk) -> UUID:
    if column.name in ("one_id", "kept_id"):
        return _two_persons(desk)[0]
    if column.name in ("other_id", "left_id"):
        return _two_persons(desk)[1]
    if column.name in ("desk_id", "network_id"):
        return desk.id
    if column.name in (
        "created_by",
        "account_id",
        "requested_by",
        "approved_by",
        "merged_by",
        "told_by",
        "changed_by",
        "uploaded_by",
        "made_by",
    ):
        return AUTHOR[desk]
    parent = {"id": column.table.name, "subject_id": "person"}.get(column.name)
    return row_id(parent or column.name.removesuffix("_id"), desk)


def _text(column: Column[Any], desk: Desk) -> str:
    place = "".join(word.capitalize() for word in f"{column.table.name}_{column.name}".split("_"))
    longest = getattr(column.type, "length", None) or 200
    assert longest >= SHORTEST_CANARY, f"say in SAME what stands in {column}"
    return f"{canary(desk)}{place}"[:longest]
