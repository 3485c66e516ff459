# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk has published, read as figures by the code that was recorded. Pure.

Editions of earlier builds published the lines of their own relazione alone: each is then taken
for the topic that it is named by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.figures.rules import Counts, Nameless, Number

Read = Mapping[str, Any]
EARLY = ""
"""The key of what is in a total and on none of its lines."""
VERDICT = ("change", "low", "high", "p_adjusted")
"""What a desk's own relazione says of a variation, as its JSON has it."""


@dataclass(frozen=True)
class Publication:
    """An approved edition as its network has it."""

    read: Read

    @property
    def baseline_name(self) -> str:
        """Of the period beside which the desk itself read it."""
        return str(self.read["baseline"])

    def current(self) -> Counts:
        """By code, as recorded."""
        codes = self.read.get("codes")
        if codes is None:
            return current_of(self.read)
        read = self.read
        return _by_code(read["users"], read["services"], codes["now"], read["nameless"])

    def baseline(self) -> Counts | None:
        """The earlier period that the desk chose."""
        codes = self.read.get("codes")
        if codes is None:
            return baseline_of(self.read)
        if codes["then"] is None:
            return None
        read = self.read
        services = read["services_baseline"]
        return _by_code(read["users_baseline"], services, codes["then"], read["nameless_baseline"])

    def verdicts(self) -> dict[str, Read]:
        """By the line of the desk's own relazione, with the counts that they are of."""
        return {row["code"]: row for row in self.read["rows"] if row.get("change")}


def _by_code(
    users: Number | None,
    services: Number | None,
    codes: Mapping[str, Sequence[Any]],
    nameless: int | None,
) -> Counts:
    by_topic = {code: number for code, (_count, number) in codes.items()}
    return counts_of(
        users,
        None if services is None else {code: count for code, (count, _n) in codes.items()},
        _nameless(nameless, by_topic),
    )


def current_of(read: Read) -> Counts:
    """A period's figures by line, with what is in their total alone."""
    rows = [row for row in read["rows"] if row["count"] is not None]
    asked = _with_rest(read["services"], {row["code"]: row["count"] for row in rows})
    by_line = {row["code"]: row.get("nameless") for row in rows}
    return counts_of(read["users"], asked, _nameless(read.get("nameless"), by_line))


def baseline_of(read: Read) -> Counts | None:
    """The same of the earlier period; None where nothing was known of it."""
    if read["services_baseline"] is None and read["users_baseline"] is None:
        return None
    rows = [row for row in read["rows"] if row["baseline"] is not None]
    asked = _with_rest(read["services_baseline"], {row["code"]: row["baseline"] for row in rows})
    by_line = {row["code"]: row.get("baseline_nameless") for row in rows}
    nameless = _nameless(read.get("nameless_baseline"), by_line)
    return counts_of(read["users_baseline"], asked, nameless)


def _with_rest(services: Number | None, asked: Mapping[str, Number]) -> dict[str, Number] | None:
    """The lines, and what the total has besides; None where enquiries were not recorded."""
    if services is None:
        return None
    rest = services - sum(asked.values())
    return {**asked, **({EARLY: rest} if rest else {})}


def _nameless(total: int | None, by_topic: Mapping[str, int | None]) -> Nameless | None:
    if total is None:
        return None
    known = {code: number for code, number in by_topic.items() if number is not None}
    return Nameless(total, known if len(known) == len(by_topic) else None)


def counts_of(
    users: Number | None, topics: Mapping[str, Number] | None, nameless: Nameless | None
) -> Counts:
    """What a network knows of a period; no topics where enquiries were not recorded."""
    return Counts(
        users=users,
        users_by_sex=None,
        visits=None,
        anonymous=None,
        topics=topics or {},
        nameless=nameless,
        knows_topics=topics is not None,
    )
