# SPDX-License-Identifier: AGPL-3.0-or-later
"""Founding networks and desks."""

import pytest

from portal.core.errors import Refusal
from portal.desks import actions, queries
from tests.conftest import AtDesk
from tests.world import World


def test_a_desk_opens_in_its_network(identity: AtDesk, world: World) -> None:
    with identity():
        network = actions.add_network(slug="unione", name="Unione dei Comuni")
        desk = actions.add_desk(slug="barga", name="Sportello di Barga", network=network)
        assert queries.get_desk(desk.id).short_name == "Sportello di Barga"
        assert [one.slug for one in queries.list_desks(network.id)] == ["barga"]
        assert [one.slug for one in queries.list_desks(world.rete.id)] == ["capannori", "lucca"]


@pytest.mark.parametrize("slug", ["", "Lucca", "lucca_2", "-lucca", "lucca-", "a b", "x" * 61, "è"])
def test_a_slug_fit_for_no_address_is_refused(slug: str, identity: AtDesk, world: World) -> None:
    with identity(), pytest.raises(Refusal, match="lettere minuscole") as refused:
        actions.add_network(slug=slug, name="Una rete")
    assert refused.value.field == "slug"


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_name_is_neither_empty_nor_endless(name: str, identity: AtDesk, world: World) -> None:
    with identity(), pytest.raises(Refusal, match="nome è vuoto"):
        actions.add_network(slug="unione", name=name)


def test_a_slug_is_taken_once_in_all_networks(identity: AtDesk, world: World) -> None:
    with identity():
        altra = queries.get_network_by_slug("altra-rete")
        with pytest.raises(Refusal, match="«lucca» esiste già"):
            actions.add_desk(slug="lucca", name="Un altro", network=altra)
        with pytest.raises(Refusal, match="«rete» esiste già"):
            actions.add_network(slug="rete", name="Un’altra")


def test_what_does_not_exist_is_said_by_name(identity: AtDesk, world: World) -> None:
    with identity():
        with pytest.raises(Refusal, match="Lo sportello «nessuno» non esiste"):
            queries.get_desk_by_slug("nessuno")
        with pytest.raises(Refusal, match="La rete «nessuna» non esiste"):
            queries.get_network_by_slug("nessuna")
