# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of visits and enquiries. Row-level security keeps to the desk in scope."""

# What these reads give back, for annotations elsewhere: only this slice selects from it.
from portal.visits.models import Visit
from portal.visits.queries.changes import (
    LastChange,
    find_last_change,
)
from portal.visits.queries.counting import (
    count_from_records,
)
from portal.visits.queries.day import (
    Day,
    DayRow,
    list_day,
)
from portal.visits.queries.records import (
    VisitEntry,
    entry_of,
    facts_of,
    find_first_visit_within,
    find_last_day_with_visits,
    get_visit,
    list_days_of,
    list_first_visits,
    list_frequent_topics,
    list_last_visits,
    list_topics_of,
    list_visits_of,
    list_visits_on,
    lock_visit,
)

__all__ = [
    "Day",
    "DayRow",
    "LastChange",
    "Visit",
    "VisitEntry",
    "count_from_records",
    "entry_of",
    "facts_of",
    "find_first_visit_within",
    "find_last_change",
    "find_last_day_with_visits",
    "get_visit",
    "list_day",
    "list_days_of",
    "list_first_visits",
    "list_frequent_topics",
    "list_last_visits",
    "list_topics_of",
    "list_visits_of",
    "list_visits_on",
    "lock_visit",
]
