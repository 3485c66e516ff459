# SPDX-License-Identifier: AGPL-3.0-or-later
"""A few visits of the day, the relazione that they make, and one of its tables."""

from datetime import date

from portal.core.documents.tables import Table
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.files import composed, draft
from portal.reports.relazione import assembly
from portal.reports.relazione.model import Relazione
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts


def record(*days: date) -> None:
    """On each day somebody new comes for citizenship."""
    for day in days:
        person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
        visits.record_visit(facts=VisitFacts(day, ("CIT",), person.id))


def relazione(period: str, baseline: str | None = None) -> Relazione:
    return assembly.get_relazione(period=period, baseline=baseline)


def table_of(found: Relazione, key: str) -> Table:
    return next(table for table in composed(found, draft()).tables if table.key == key)
