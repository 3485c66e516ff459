# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tellings of one visit side by side, when two people wrote at once. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core.italy import formats
from portal.core.web.edit_conflicts import FieldGroup
from portal.taxonomy import queries as taxonomy
from portal.visits.rules import (
    CHANNEL_LABELS,
    FIRST_DAY,
    INTERPRETER_LABELS,
    Channel,
    Interpreter,
    VisitFacts,
)


def parts(names: Mapping[UUID, str]) -> dict[str, FieldGroup[VisitFacts]]:
    """What of a visit is chosen in one go, in the order of the form."""

    def who(facts: VisitFacts) -> str:
        return names.get(facts.person_id, "") if facts.person_id else _("senza nome")

    return {
        "person": FieldGroup(_l("Persona"), ("person_id",), who),
        "topics": FieldGroup(_l("Richieste"), ("topics",), _asked),
        "day": FieldGroup(_l("Data"), ("visited_on",), lambda facts: formats.day(facts.visited_on)),
        "channel": FieldGroup(
            _l("Come"), ("channel",), lambda facts: str(CHANNEL_LABELS[facts.channel])
        ),
        "interpreter": FieldGroup(_l("Interprete"), ("interpreter",), _interpreter),
        "for_whom": FieldGroup(_l("Per chi"), ("for_third_party",), _for_whom),
        "note": FieldGroup(_l("Nota"), ("note",), lambda facts: facts.note),
    }


def _asked(facts: VisitFacts) -> str:
    day = max(facts.visited_on, FIRST_DAY)
    labels = [taxonomy.topic_on(day, code).label for code in facts.topics]
    return ", ".join(labels) or _("Nessuna richiesta")


def _interpreter(facts: VisitFacts) -> str:
    known = facts.interpreter
    return str(INTERPRETER_LABELS[known]) if known else _("Non indicato")


def _for_whom(facts: VisitFacts) -> str:
    return _("Per altri") if facts.for_third_party else _("Per sé")


def in_order_of(facts: VisitFacts, other: VisitFacts) -> VisitFacts:
    """The same facts; the same enquiries in another order are the same telling."""
    if sorted(facts.topics) == sorted(other.topics):
        return replace(facts, topics=other.topics)
    return facts


def facts_from(told: Mapping[str, Any]) -> VisitFacts:
    """Facts as they were sealed."""
    values = dict(told)
    person_id = values.get("person_id")
    return VisitFacts(
        **values
        | {
            "visited_on": date.fromisoformat(values["visited_on"]),
            "topics": tuple(values.get("topics", ())),
            "person_id": UUID(person_id) if person_id else None,
            "channel": Channel(values.get("channel", Channel.DESK)),
            "interpreter": Interpreter(known) if (known := values.get("interpreter")) else None,
        }
    )
