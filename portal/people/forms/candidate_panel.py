# SPDX-License-Identifier: AGPL-3.0-or-later
"""Those whom somebody new may already be, with the facts to decide by."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _

from portal.core.errors import Refusal
from portal.core.italy.states_and_comuni import get_state
from portal.people.card import summary
from portal.people.queries import Candidate


class HasCandidates(Refusal):
    """Somebody new may be one whom the desk knows; who sees both must say whether they are."""

    def __init__(self, candidates: list[Candidate]) -> None:
        super().__init__(_("Forse è già registrato/a."))
        self.candidates = candidates


@dataclass(frozen=True)
class CandidateRow:
    """A person of the desk who resembles: each fact with whether it differs."""

    id: UUID
    name: str
    sex: str | None
    facts: list[tuple[str, bool]]
    home: str
    reasons: str
    strong: bool


def left_of(candidates: Iterable[Candidate], but: Collection[UUID]) -> list[Candidate]:
    """The candidates without those already told apart."""
    return [candidate for candidate in candidates if candidate.row.id not in but]


def candidate_rows(candidates: Iterable[Candidate], came: Mapping[UUID, str]) -> list[CandidateRow]:
    """The candidates as the panel shows them; `came` says of whom it is known when they came."""
    return [
        CandidateRow(
            id=candidate.row.id,
            name=candidate.row.name,
            sex=candidate.row.sex,
            facts=_facts(candidate),
            home=" · ".join(filter(None, (candidate.residence, came.get(candidate.row.id)))),
            reasons="; ".join(candidate.reasons),
            strong=candidate.strong,
        )
        for candidate in candidates
    ]


def _facts(one: Candidate) -> list[tuple[str, bool]]:
    row, differing = one.row, one.differing
    birth = summary.birth_day(row.birth, conventional=row.birth_conventional) if row.birth else ""
    citizenship = get_state(row.citizenship).name if row.citizenship else ""
    told = [
        (row.sex or "", "sex" in differing),
        (birth, "birth" in differing),
        (citizenship, "citizenships" in differing),
        (one.phone or _("senza telefono"), "phone" in differing),
    ]
    return [part for part in told if part[0]]
