# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of persons. Row-level security keeps to the desk in scope; nothing here names it."""

# What these reads give back, for annotations elsewhere: only this slice selects from it.
from portal.people.models import Person
from portal.people.queries.candidates import Candidate, list_apart, list_candidates
from portal.people.queries.changes import (
    PersonChange,
    find_last_change,
    list_changes,
)
from portal.people.queries.lists import (
    PAGE,
    PeoplePage,
    PersonRow,
    list_expiring_permits,
    list_people,
)
from portal.people.queries.merged import Merged, list_merged
from portal.people.queries.persons import (
    birth_of,
    count_people,
    facts_of,
    find_kept,
    find_person_by_key,
    find_residence_on,
    find_since,
    get_person,
    list_aliases,
    list_citizenships,
    list_former_citizenships,
    list_names,
    list_residences,
    lock_people,
)
from portal.people.queries.search import search_people

__all__ = [
    "PAGE",
    "Candidate",
    "Merged",
    "PeoplePage",
    "Person",
    "PersonChange",
    "PersonRow",
    "birth_of",
    "count_people",
    "facts_of",
    "find_kept",
    "find_last_change",
    "find_person_by_key",
    "find_residence_on",
    "find_since",
    "get_person",
    "list_aliases",
    "list_apart",
    "list_candidates",
    "list_changes",
    "list_citizenships",
    "list_expiring_permits",
    "list_former_citizenships",
    "list_merged",
    "list_names",
    "list_people",
    "list_residences",
    "lock_people",
    "search_people",
]
