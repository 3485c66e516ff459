# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines of the first editions, which froze none: those that the builds of then would print.

A child stood under its parent, whichever list had it; the old table went by the row that each
topic's newest wording names. Since November 2026 every edition freezes its lines.
"""

from portal.core.italy.periods import Period
from portal.figures.rules import Counts, regrouped
from portal.reports.relazione.model import TopicRow, topic_rows
from portal.reports.relazione.rows import OTHER_CODE, OTHER_LABEL
from portal.taxonomy import queries as taxonomy

Rows = tuple[TopicRow, ...]


def rows(period: Period, current: Counts, baseline: Counts | None) -> tuple[Rows, Rows]:
    """Both layouts' lines."""
    sides = [regrouped(side, _parent_of) for side in (current, baseline) if side]
    asked = {code for side in sides for code in side.topics}
    listed = taxonomy.reporting_topics(taxonomy.version_on(period.end))
    newest = taxonomy.reporting_topics(taxonomy.list_versions()[-1].number)
    labels = {topic.code: topic.label for topic in listed}
    labels |= {t.code: t.label for t in newest if t.code in asked and t.code not in labels}
    old = taxonomy.historical_labels()
    by_row = [regrouped(side, _row_of) for side in (current, baseline) if side]
    lines = [(str(number), label) for number, label in old]
    if any(side.topics.get(OTHER_CODE) for side in by_row):
        lines.append((OTHER_CODE, OTHER_LABEL))
    return _told(list(labels.items()), sides), _told(lines, by_row)


def _told(lines: list[tuple[str, str]], sides: list[Counts]) -> Rows:
    return topic_rows(lines, sides[0], sides[1] if len(sides) > 1 else None)


def _parent_of(code: str) -> str:
    topic = taxonomy.newest_topic(code)
    return topic.parent_code or topic.code


def _row_of(code: str) -> str:
    row = taxonomy.newest_topic(code).historical_row
    return OTHER_CODE if row is None else str(row)
