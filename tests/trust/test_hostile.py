# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is typed stays text: on pages, in statements, in files."""

import pytest
from bs4 import BeautifulSoup

from portal.people.actions import create_person
from portal.people.queries import count_people
from portal.people.rules import PersonFacts
from tests.conformance.conftest import ClientOf
from tests.conftest import AtDesk
from tests.world import World

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "'; DROP TABLE person; --",
    "%s %(name)s {0.__class__}",
    "=HYPERLINK(0)",
    "O'Ñáñez-Łö 李 🙂",
    "../../etc/passwd",
)
# Shown as «aexe.png» where the sign is obeyed.
REVERSED = "a\u202egnp.exe"


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_is_typed_is_text(
    world: World, at_desk: AtDesk, client_of: ClientOf, typed: str
) -> None:
    """The pages have the same elements as with a harmless name, and show every letter of it."""
    ids = []
    for name in ("Innocua", typed):
        with at_desk(world.lucca):
            ids.append(create_person(facts=PersonFacts(family_name=name, note=name)).id)
    client = client_of(world.bruno)
    pages = [client.soup(f"/s/lucca/persone/{person_id}") for person_id in ids]
    harmless, hostile = ([tag.name for tag in page.find_all()] for page in pages)
    assert harmless == hostile
    assert " ".join(typed.split()) in " ".join(pages[1].get_text().split())
    form = client.soup(f"/s/lucca/persone/{ids[1]}/modifica")
    field = form.find("input", attrs={"name": "family_name"})
    assert field is not None
    assert field["value"] == typed


def test_a_search_for_anything_is_answered(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    client = client_of(world.bruno)
    token = client.soup("/conto").find("input", attrs={"name": "csrf_token"})
    assert token is not None
    for typed in (*HOSTILE, REVERSED, "a\0b", "x" * 10_000, "\ud800"):
        sent = {"csrf_token": token["value"], "q": typed.encode("utf-8", "surrogatepass")}
        for address in ("/s/lucca/persone", "/s/lucca/"):
            answer = client.post(address, data=sent)
            assert answer.status_code in (200, 303, 422), (address, typed)
            soup = BeautifulSoup(answer.text, "html.parser")
            assert not soup.find_all("img", src="x")
            assert not [tag for tag in soup.find_all("script") if "alert" in tag.text]
    with at_desk(world.lucca):
        assert count_people() == 0


def test_letters_that_turn_the_line_round_are_left_out(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.lucca):
        person_id = create_person(facts=PersonFacts(family_name=REVERSED)).id
    page = client_of(world.bruno).get(f"/s/lucca/persone/{person_id}").text
    assert "gnp.exe" in page
    assert "\u202e" not in page
