# SPDX-License-Identifier: AGPL-3.0-or-later
"""The network's own edition: frozen once, the same files for ever, then approved."""

import json
from datetime import date
from uuid import UUID

from portal.oversight import documents, queries
from portal.oversight.editions import NETWORK, thaw
from portal.reports.editions import lifecycle as editions
from tests.conftest import AtDesk
from tests.portal.oversight.conftest import (
    PERIOD,
    AtNetwork,
    BuildComparison,
    Publish,
    record,
)
from tests.world import World

FILES = ["confronto.csv", "confronto.html", "confronto.json"]


def content(at_network: AtNetwork, world: World, edition_id: UUID) -> dict[str, bytes]:
    with at_network(world.rete):
        edition = editions.get_edition(NETWORK, edition_id)
        names = [file.name for file in editions.list_files(NETWORK, edition_id)]
        return {name: editions.get_file(NETWORK, edition, name).content for name in names}


def test_it_holds_what_the_page_offered(
    two_desks: World, at_network: AtNetwork, build_comparison: BuildComparison
) -> None:
    with at_network(two_desks.rete):
        live = queries.get_comparison(PERIOD)
        offered = {
            f"confronto.{format}": documents.rendered(live, format=format)
            for format in documents.FORMATS
        }
    kept = content(at_network, two_desks, build_comparison(two_desks.rete))
    assert sorted(kept) == FILES
    assert kept == offered


def test_later_figures_change_nothing_until_the_next_number(
    two_desks: World,
    at_desk: AtDesk,
    at_network: AtNetwork,
    publish: Publish,
    build_comparison: BuildComparison,
) -> None:
    first = build_comparison(two_desks.rete)
    before = content(at_network, two_desks, first)
    with at_network(two_desks.rete):
        editions.approve_edition(NETWORK, edition_id=first, seen_version=None)
    with at_desk(two_desks.capannori):
        record(date(2016, 4, 4), *[("LAV",)] * 3)
    publish(two_desks.capannori, reason="Tre persone dimenticate")
    assert content(at_network, two_desks, first) == before
    with at_network(two_desks.rete):
        frozen = editions.get_edition(NETWORK, first).frozen
        assert documents.rendered(thaw(frozen), format="csv") == before["confronto.csv"]
    second = build_comparison(two_desks.rete, reason="Capannori ha rettificato")
    read = json.loads(content(at_network, two_desks, second)["confronto.json"])
    assert read["desks"][0]["users"] == 6
    with at_network(two_desks.rete):
        edition = editions.get_edition(NETWORK, second)
        assert (edition.number, edition.replaces, edition.state) == (2, 1, "ready")
        editions.approve_edition(NETWORK, edition_id=second, seen_version=edition.version)
        assert editions.get_edition(NETWORK, first).state == "superseded"


def test_the_json_has_the_promised_keys(
    two_desks: World, at_network: AtNetwork, build_comparison: BuildComparison
) -> None:
    kept = content(at_network, two_desks, build_comparison(two_desks.rete))
    assert list(json.loads(kept["confronto.json"])) == [
        "network", "period", "baseline", "compiled_at", "missing", "corrections", "desks",
        "dispersion", "standings",
    ]  # fmt: skip
