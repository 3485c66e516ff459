# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two operators correct one record in any order, also at the same moment: no update is lost.

Each turn an editor opens the form, or one who has typed saves; sometimes both save at once, from
two threads. After every act the row is read and compared with what each of the two has seen.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.core import clock
from portal.people import actions as people_actions
from portal.people import queries as people
from portal.people.rules import PersonFacts
from portal.taxonomy.queries import topic_on
from portal.visits import actions
from portal.visits import queries as visits
from portal.visits.rules import CHANNEL_LABELS, Channel, VisitFacts
from tests.conformance.conftest import ClientOf
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.trust.editors import Editor, Lost, Record, Values, judge_both
from tests.world import World

TURNS = 8
SHORT, WHOLE = 40, 500
TOPICS = ("CIT", "FOR", "BUR", "SOG-RIN", "FAM-RIC")
CHANNELS = ("desk", "phone", "email", "pec", "video")
Make = Callable[[], Record]


@pytest.fixture
def make_person(world: World, at_desk: AtDesk) -> Make:
    """A new person each time; what is typed stands in the person's row and in a child's."""
    fields = {
        "family_name": "family_name",
        "given_name": "given_name",
        "aliases": "aliases",
        "birth_city": "birthplace",
        "note": "note",
    }

    def make() -> Record:
        with at_desk(world.lucca):
            facts = PersonFacts("Diallo", "Amina", note="Prima", birth_city="Dakar")
            person_id = people_actions.create_person(facts=facts).id

        def read() -> Values:
            with at_desk(world.lucca):
                now = people.facts_of(people.get_person(person_id))
            return {name: _text(getattr(now, name)) for name in fields}

        return Record(f"/s/lucca/persone/{person_id}/modifica", fields, read)

    return make


@pytest.fixture
def make_visit(world: World, at_desk: AtDesk) -> Make:
    """A new visit each time: how it came about, what was asked, its note."""
    fields = {"channel": "channel", "topics": "topics", "note": "note"}

    def make() -> Record:
        with at_desk(world.lucca):
            facts = VisitFacts(clock.today(), TOPICS[:1], note="Prima")
            visit_id = actions.record_visit(facts=facts).id

        def read() -> Values:
            with at_desk(world.lucca):
                now = visits.facts_of(visits.get_visit(visit_id))
            return {"channel": str(now.channel), "topics": " ".join(now.topics), "note": now.note}

        address = f"/s/lucca/accessi/{visit_id}/correggi"
        offered = {"channel": CHANNELS, "topics": TOPICS}
        return Record(address, fields, read, said=_said, offered=offered)

    return make


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _said(name: str, value: str) -> str:
    """A value as the table of a conflict says it."""
    if name == "topics":
        return topic_on(clock.today(), value).label
    return str(CHANNEL_LABELS[Channel(value)]) if name == "channel" else value


@pytest.fixture
def interleave(app: Flask, world: World, client_of: ClientOf) -> Callable[[Make, int], Record]:
    """One random interleaving of Bruno and Anna on a new record."""
    clients = [_plain(app, client_of(one)) for one in (world.bruno, world.anna)]

    def run(make: Make, seed: int) -> Record:
        random, record = Random(seed), make()
        record.begin()
        both = [
            Editor(client, record, random, name)
            for client, name in zip(clients, ("bruno", "anna"), strict=True)
        ]
        for _turn in range(TURNS):
            typing = [one for one in both if one.typed]
            if len(typing) == 2 and random.random() < 0.4:
                _together(both)
            else:
                _alone(random.choice(both), random)
        for one in both:
            _finish(one)
        return record

    return run


def _plain(app: Flask, client: PortalClient) -> FlaskClient:
    """The same session in a browser that does not check its pages: for thousands of requests."""
    other, cookie = FlaskClient(app, app.response_class), client.get_cookie("sportelli")
    assert cookie is not None
    other.set_cookie("sportelli", cookie.value)
    return other


def _alone(one: Editor, random: Random) -> None:
    if not one.typed:
        one.open()
    elif one.judge(*one.send()) or random.random() < 0.2:
        # Saved, or left as the other has saved it.
        one.typed = {}


def _together(both: list[Editor]) -> None:
    """Both press «Salva» at one moment; who was saved is judged before who was told."""
    start, record = Barrier(2), both[0].record
    record.earlier = record.truth

    def press(one: Editor) -> tuple[int, str]:
        start.wait(10)
        return one.send()

    with ThreadPoolExecutor(2) as pool:
        answers = list(zip(both, pool.map(press, both), strict=True))
    saved = [one for one, (status, _html) in answers if status == 303]
    if len(saved) == 2:
        judge_both(*saved)
    else:
        for one, answer in sorted(answers, key=lambda told: told[1][0]):
            one.judge(*answer)
    for one in saved:
        one.typed = {}
    record.earlier = record.truth


def _finish(one: Editor) -> None:
    """The last knowing save: alone now, at most two answers lie between typing and saving."""
    for _patience in range(3):
        if not one.typed or one.judge(*one.send()):
            return
    raise Lost(f"{one.name} is asked again and again")


@pytest.mark.parametrize("what", ["person", "visit"])
@pytest.mark.parametrize(
    "number", [SHORT // 2, pytest.param(WHOLE // 2, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_no_update_is_lost(
    what: str,
    number: int,
    interleave: Callable[[Make, int], Record],
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    make: Make = request.getfixturevalue(f"make_{what}")
    records = [interleave(make, seed) for seed in range(number)]
    saved, told = sum(one.saved for one in records), sum(one.told for one in records)
    assert saved > number
    assert told > number // 2, "the two never met"
    lost = sum(one.read() != one.truth for one in records)
    said = f"{number} interleavings of two editors of a {what}: {saved} saves, {told} shown both"
    record_property("summary", f"{said} values, {lost} lost updates")
    assert lost == 0
