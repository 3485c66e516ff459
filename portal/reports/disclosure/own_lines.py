# SPDX-License-Identifier: AGPL-3.0-or-later
"""On which lines a period is told beyond the desk, and which of them are sensitive."""

from collections.abc import Sequence
from typing import NamedTuple

from portal.reports.disclosure.relazione_sheets import EARLY
from portal.reports.relazione.assembly import on_own_lines
from portal.reports.relazione.model import Relazione
from portal.reports.relazione.rows import Compared
from portal.taxonomy import queries as taxonomy


class Topics(NamedTuple):
    """Lines of which more persons are needed, and those that no list of the period had."""

    sensitive: frozenset[str]
    late: frozenset[str]


def own_lines(relazione: Relazione) -> list[Compared]:
    """The periods of a relazione, each on the lines of its own lists; none of editions of before.

    Those were told on the lines that they froze, and these were of the period's own list.
    """
    if relazione.rates_of_all:
        return []
    sides = [(relazione.period, relazione.current)]
    if relazione.against.period and relazione.baseline:
        sides.append((relazione.against.period, relazione.baseline))
    return [on_own_lines(period, counts) for period, counts in sides]


def about(relazione: Relazione, own: Sequence[Compared]) -> Topics:
    """A line is as sensitive as the most sensitive of the topics that it holds."""
    if not own:
        listed = taxonomy.codes_on(relazione.period.end)
        codes = frozenset(row.code for row in relazione.rows)
        return Topics(frozenset(filter(_is_sensitive, codes)), codes - listed)
    sensitive = frozenset[str]().union(*(side.sensitive for side in own))
    if any(side.has_sensitive_early for side in own):
        sensitive |= {EARLY}
    return Topics(sensitive, frozenset({EARLY}))


def _is_sensitive(code: str) -> bool:
    topic = taxonomy.find_topic(code)
    return topic is not None and topic.is_sensitive
