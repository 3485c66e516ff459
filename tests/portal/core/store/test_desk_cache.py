# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is remembered of a desk is that desk's alone."""

from datetime import timedelta

from portal.core.store.desk_cache import DeskCache
from tests.conftest import AtDesk
from tests.world import World


def test_each_desk_has_its_own_value(world: World, at_desk: AtDesk) -> None:
    memory: DeskCache[str] = DeskCache(lasting=timedelta(minutes=1))
    for desk in (world.lucca, world.capannori):
        with at_desk(desk):
            assert memory.get(lambda slug=desk.slug: slug) == desk.slug
    for desk in (world.lucca, world.capannori):
        with at_desk(desk):
            assert memory.get(lambda: "read again") == desk.slug
