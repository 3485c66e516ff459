# SPDX-License-Identifier: AGPL-3.0-or-later
"""What earlier builds approved: it opens, its bytes are its own, and nothing says it was wrong."""

import csv
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from portal.core.store.tenancy import desk_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.oversight import documents as network_documents
from portal.oversight import queries as oversight
from portal.oversight.editions import NETWORK
from portal.oversight.editions import thaw as thaw_comparison
from portal.reports import files
from portal.reports.disclosure.disclose import sheets_of
from portal.reports.disclosure.sheets import Audience
from portal.reports.disclosure.told import find_disclosure
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK, since_freezing, stamp_of
from portal.reports.editions.snapshot import thaw
from portal.reports.publication.for_network import for_network
from portal.reports.publication.public_files import PUBLIC_FORMATS, public_file
from portal.reports.relazione.model import Layout
from tests.builds.conftest import Upgraded
from tests.world import CAPANNORI, LUCCA, RETE, Place, World

BEFORE_PUBLIC = ("12bc1a2", "b064e9a")
LATER = "Registrato dopo l’edizione"
WORLD = World()


@contextmanager
def inside(upgraded: Upgraded, place: Place) -> Iterator[None]:
    scope = network_scope if place is RETE else desk_scope
    with upgraded.app.app_context(), scope(place.id), unit_of_work():
        yield


def editions_of(upgraded: Upgraded, place: Place) -> list[Any]:
    with inside(upgraded, place):
        found = editions.list_frozen(NETWORK if place is RETE else DESK)
        return [(edition.id, edition.period, edition.state) for edition in found]


@pytest.mark.parametrize("place", [LUCCA, CAPANNORI], ids=lambda place: place.slug)
def test_every_edition_and_its_period_open(upgraded: Upgraded, place: Place) -> None:
    client = upgraded.client_of(WORLD.anna if place is LUCCA else WORLD.dario)
    known = editions_of(upgraded, place)
    assert len(known) == (3 if place is LUCCA else 1)
    for edition_id, period, _state in known:
        page = client.get(f"/s/{place.slug}/relazioni/edizioni/{edition_id}")
        assert page.status_code == 200, edition_id
        page = client.get(f"/s/{place.slug}/relazioni/periodo?periodo={period}")
        assert page.status_code == 200, period
        assert LATER not in page.text, period
    assert client.get(f"/s/{place.slug}/relazioni").status_code == 200


@pytest.mark.parametrize("place", [LUCCA, CAPANNORI, RETE], ids=lambda place: place.slug)
def test_files_have_their_recorded_hashes(upgraded: Upgraded, place: Place) -> None:
    kind = NETWORK if place is RETE else DESK
    for edition_id, _period, _state in editions_of(upgraded, place):
        with inside(upgraded, place):
            edition = editions.get_edition(kind, edition_id)
            stored = editions.list_files(kind, edition_id)
            assert stored
            for row in stored:
                file = editions.get_file(kind, edition, row.name)
                assert hashlib.sha256(file.content).digest() == row.sha256


@pytest.mark.parametrize("place", [LUCCA, CAPANNORI], ids=lambda place: place.slug)
def test_nothing_says_that_something_was_corrected_after(upgraded: Upgraded, place: Place) -> None:
    for edition_id, _period, _state in editions_of(upgraded, place):
        with inside(upgraded, place):
            since = since_freezing(editions.get_edition(DESK, edition_id))
            assert (since.inserted, since.differs) == (0, False)


@pytest.mark.parametrize("place", [LUCCA, CAPANNORI], ids=lambda place: place.slug)
def test_a_relazione_thawed_prints_what_was_printed(upgraded: Upgraded, place: Place) -> None:
    for edition_id, _period, _state in editions_of(upgraded, place):
        with inside(upgraded, place):
            edition = editions.get_edition(DESK, edition_id)
            relazione = thaw(edition.frozen)
            printed = files.rendered(replace(relazione, layout=Layout.HISTORICAL), format="csv")
            assert printed == editions.get_file(DESK, edition, "prospetto.csv").content
            printed = files.rendered(relazione, format="csv")
            stored = editions.get_file(DESK, edition, "relazione.csv").content
            check_same_cells(printed, stored)
            document = files.composed(relazione, stamp_of(edition))
            for name in files.FORMATS:
                assert files.format_of(name).make(relazione, document, None)


def check_same_cells(printed: bytes, stored: bytes) -> None:
    """Each column of the stored table stands in the printed one, which may have more."""
    before, after = (
        list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")))) for table in (stored, printed)
    )
    assert before
    assert [{key: line[key] for key in before[0]} for line in after] == before


def test_what_was_told_to_others_is_told_again(upgraded: Upgraded) -> None:
    approved = [one for one in editions_of(upgraded, LUCCA) if one[2] == "approved"]
    assert len(approved) == 2
    public = 0
    for edition_id, period, _state in approved:
        with inside(upgraded, RETE):
            before = dict(oversight.list_published(period)[LUCCA.id].figures)
        with inside(upgraded, LUCCA):
            edition = editions.get_edition(DESK, edition_id)
            again = for_network(edition)
            known = {key: value for key, value in again.items() if key in before}
            assert known["users"] == before["users"]
            assert counts(known) == counts(before)
            disclosure = find_disclosure(edition_id, Audience.PUBLIC)
            if disclosure:
                public += 1
                assert sheets_of(disclosure)
                for format in PUBLIC_FORMATS:
                    assert public_file(edition, disclosure, format).content
    assert public == (0 if upgraded.build in BEFORE_PUBLIC else 1)


def counts(read: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(row["code"], row["label"], row["count"], row["baseline"]) for row in read["rows"]]


def test_the_networks_edition_and_its_page_open(upgraded: Upgraded) -> None:
    client = upgraded.client_of(WORLD.elena)
    ((edition_id, period, state),) = editions_of(upgraded, RETE)
    assert state == "approved"
    for address in ("", f"confronto?periodo={period}", f"edizioni/{edition_id}/file.csv"):
        assert client.get(f"/r/rete/{address}").status_code == 200, address
    with inside(upgraded, RETE):
        edition = editions.get_edition(NETWORK, edition_id)
        comparison = thaw_comparison(edition.frozen)
        assert [desk.desk.slug for desk in comparison.desks] == ["lucca"]
        printed = network_documents.rendered(comparison, format="csv")
        check_same_cells(printed, editions.get_file(NETWORK, edition, "confronto.csv").content)
