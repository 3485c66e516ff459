# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file in which a visit is before the birth of its person, or the birth after a visit."""

from portal.core.italy.formats import PartialDate
from portal.imports.actions import Imported, import_file
from portal.people import queries as people
from portal.visits import queries as visit_queries
from tests.conftest import AtDesk
from tests.portal.imports.files import visits_csv
from tests.world import World


def load(data: bytes) -> Imported:
    return import_file(data, kind="visits")


def test_a_visit_before_the_birth_warns_and_is_kept(world: World, at_desk: AtDesk) -> None:
    """Of a new person and of a known one; never with what the cells hold."""
    with at_desk(world.lucca):
        done = load(
            visits_csv(
                "01/02/2016;7;Diallo;Awa;;2017;;;;CIT",
                "05/01/2017;7;;;;;;;;CIT",
                "01/02/2016;;;;;;;;;CIT",
            )
        )
        assert done.warnings == (
            "Riga 2, colonna data: è prima della nascita della persona: controlla le due date.",
        )
        assert (done.visits, done.warning_count) == (3, 1)
        again = load(visits_csv("31/12/2016;7;;;;;;;;FOR"))
        assert again.warnings == done.warnings
        person = people.find_person_by_key("7")
        assert person is not None
        assert len(visit_queries.list_visits_of(person.id)) == 3


def test_a_birth_after_a_recorded_visit_warns_and_is_kept(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        load(visits_csv("01/02/2016;7;Diallo;Awa;;;;;;CIT", "01/03/2018;8;Fall;Binta;;2016;;;;CIT"))
        done = load(
            visits_csv(
                "01/03/2018;7;;;;12/04/2017;;;;FOR",
                "01/03/2018;8;;;;05/2016;;;;FOR",
            )
        )
        assert done.warnings == (
            "Riga 2, colonna data_nascita: è dopo un accesso già registrato della persona:"
            " controlla le due date.",
        )
        person = people.find_person_by_key("7")
        assert person is not None
        assert people.facts_of(person).birth == PartialDate(2017, 4, 12)
