# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table for which all this exists, as records: 214 enquiries of 149 persons, 67 F and 82 M."""

import csv
from datetime import date, timedelta
from pathlib import Path

from portal.core.italy.periods import parse_period
from portal.figures import actions as figures
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.taxonomy import queries as taxonomy
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts

TABLE = Path(__file__).parent / "fixtures" / "prospetto-2016-s1.csv"
USERS, WOMEN = 149, 67
BASELINE_USERS = 172


def table() -> bytes:
    """The table's bytes."""
    return TABLE.read_bytes()


def counts() -> list[tuple[str, int, int]]:
    """(code, enquiries in 2016-S1, enquiries in 2015-S1) of each row but the total."""
    rows = list(csv.reader(table().decode().splitlines(), delimiter=";"))[1:-1]
    found = []
    for label, now, then, _variation in rows:
        topic = taxonomy.find_topic(label)
        assert topic is not None, label
        found.append((topic.code, int(now), int(then)))
    return found


def record() -> None:
    """Record the desk's first half of 2016; the first half of 2015 as past totals."""
    rows = counts()
    asked = [code for code, now, _then in rows for _one in range(now)]
    for number in range(USERS):
        sex = "F" if number < WOMEN else "M"
        person = people.create_person(facts=PersonFacts(family_name=f"Persona {number}", sex=sex))
        visits.record_visit(
            facts=VisitFacts(
                visited_on=date(2016, 1, 4) + timedelta(days=number),
                topics=tuple(asked[number::USERS]),
                person_id=person.id,
            )
        )
    figures.store_past_total(
        period=parse_period("2015-S1"),
        users=BASELINE_USERS,
        users_f=None,
        users_m=None,
        topics={code: then for code, _now, then in rows},
    )
