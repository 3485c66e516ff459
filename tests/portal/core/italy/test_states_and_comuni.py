# SPDX-License-Identifier: AGPL-3.0-or-later
"""States and comuni are found as people write them, and only on the days when they existed."""

from datetime import date

import pytest

from portal.core.italy.states_and_comuni import (
    Comune,
    State,
    find_comune,
    find_state,
    get_comune,
    get_state,
    list_citizenships,
    list_comuni,
    list_states,
    match_comuni,
    place_of_birth,
)


@pytest.mark.parametrize(
    ("text", "istat3"),
    [
        ("Marocco", "436"),
        (" marocco ", "436"),
        ("MA", "436"),
        ("mar", "436"),
        ("436", "436"),
        ("z330", "436"),
        ("Cina", "314"),
        ("Repubblica Popolare Cinese", "314"),
        ("Russia", "245"),
        ("Moldavia", "254"),
        ("Costa d’Avorio", "404"),
        ("Costa d'Avorio", "404"),
        ("Côte d'Ivoire", "404"),
        ("peru", "615"),
        ("Corea del Sud", "320"),
        ("Palestina", "324"),
        ("Macedonia", "253"),
        ("NA", "441"),
        ("GB", "219"),
        ("UK", "219"),
        ("XK", "272"),
        ("Apolide", "999"),
        ("Italia", "100"),
        ("ex URSS", "E35"),
        ("Hong Kong", "A21"),
        # Two states bore the name: today's is meant.
        ("Georgia", "360"),
    ],
)
def test_find_state(text: str, istat3: str) -> None:
    found = find_state(text)
    assert found is not None
    assert found.istat3 == istat3


@pytest.mark.parametrize("text", ["", "  ", "Atlantide", "M"])
def test_find_state_says_nothing_rather_than_guess(text: str) -> None:
    assert find_state(text) is None


def test_get_state_knows_no_other_key() -> None:
    assert get_state("311").name == "Sri Lanka"
    with pytest.raises(KeyError):
        get_state("000")


def test_citizenships_are_todays_states_and_the_stateless() -> None:
    names = {state.name for state in list_citizenships()}
    assert {"Italia", "Kosovo", "Apolide", "Ucraina"} <= names
    assert not {"Jugoslavia", "Hong Kong", "Groenlandia"} & names
    assert {"Jugoslavia", "Hong Kong"} <= {state.name for state in list_states()}


def test_dissolved_states_exist_until_their_last_day() -> None:
    soviet_union = get_state("E35")
    assert soviet_union.existed_on(date(1970, 2, 2))
    assert not soviet_union.existed_on(date(1993, 1, 1))
    assert not soviet_union.existed_on(None)
    assert get_state("243").existed_on(date(1970, 2, 2))


@pytest.mark.parametrize(
    ("text", "istat6"),
    [
        ("Lucca", "046017"),
        ("lucca (lu)", "046017"),
        ("Lucca LU", "046017"),
        ("046017", "046017"),
        ("e715", "046017"),
        ("Napoli (NA)", "063049"),
        ("Forli", "040012"),
        ("Aldein", "021001"),
        ("Aldino/Aldein", "021001"),
        ("Reggio Emilia", "035033"),
        ("Castro (LE)", "075096"),
        # Merged on 1 January 2015.
        ("Sillano", "046037"),
        # Merged in 2026, after the list of ISTAT codes: it has a key all the same.
        ("Castegnero Nanto", "M439"),
    ],
)
def test_find_comune(text: str, istat6: str) -> None:
    found = find_comune(text)
    assert found is not None
    assert found.istat6 == istat6
    assert get_comune(istat6) is found


def test_a_shared_name_needs_its_province() -> None:
    assert find_comune("Castro") is None
    assert [comune.full_name for comune in match_comuni("castro")] == ["Castro (BG)", "Castro (LE)"]


def test_a_former_comune_is_found_on_its_days() -> None:
    former = find_comune("Sillano", on=date(1988, 4, 12))
    assert former is not None
    assert (former.catastale, former.province) == ("I737", "LU")
    assert find_comune("Sillano Giuncugnano", on=date(1988, 4, 12)) is None


def test_every_comune_of_today_has_a_key() -> None:
    keys = [comune.istat6 for comune in list_comuni()]
    assert len(keys) == len(set(keys)) == 7894
    assert all(keys)
    assert sum(comune.province == "LU" for comune in list_comuni()) == 33


def test_five_names_are_shared() -> None:
    names = [comune.name for comune in list_comuni()]
    shared = {name for name in set(names) if names.count(name) > 1}
    assert shared == {"Castro", "Livo", "Peglio", "Samone", "San Teodoro"}


def test_place_of_birth() -> None:
    assert isinstance(place_of_birth("Z330", date(1990, 3, 15)), State)
    lucca = place_of_birth("e715", date(1980, 1, 1))
    assert isinstance(lucca, Comune)
    assert lucca.full_name == "Lucca (LU)"
    assert place_of_birth("M347", date(1990, 1, 1)) is None
    assert place_of_birth("M347") is not None
    assert place_of_birth("Z135", date(2001, 1, 1)) is None
    assert place_of_birth("Z999") is None
