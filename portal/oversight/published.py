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
WAITS, ELSEWHERE = "waits", "told_with"
"""What became of a correction that was too small to be told alone."""
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

    def current(self) -> "Reading":
        """By code, as told."""
        codes = self.read.get("codes")
        if codes is None:
            return Reading(current_of(self.read))
        read = self.read
        counts = _by_code(read["users"], read["services"], codes["now"], read["nameless"],
                          unsplit_of(read, "now"))  # fmt: skip
        return Reading(counts, hidden_of(read, "now"), unsplit_of(read, "now"))

    def baseline(self) -> "Reading | None":
        """The earlier period that the desk chose."""
        read, codes = self.read, self.read.get("codes")
        if codes is None:
            counts = baseline_of(read)
            return Reading(counts) if counts else None
        if codes["then"] is None:
            return None
        services = read["services_baseline"]
        counts = _by_code(read["users_baseline"], services, codes["then"],
                          read["nameless_baseline"], unsplit_of(read, "then"))  # fmt: skip
        return Reading(counts, hidden_of(read, "then"), unsplit_of(read, "then"))

    def verdicts(self) -> dict[str, Read]:
        """By the line of the desk's own relazione, with the counts that they are of."""
        return {row["code"]: row for row in self.read["rows"] if row.get("change")}


@dataclass(frozen=True)
class Reading:
    """A period as its network reads it; `hidden` are codes whose counts are protected.

    None: of the enquiries nothing may be told.
    """

    counts: Counts
    hidden: frozenset[str] | None = frozenset()
    unsplit: frozenset[str] = frozenset()
    """Codes of which it is not told how many enquiries are nameless: they have no rate."""


def hidden_of(read: Read, side: str) -> frozenset[str] | None:
    """What is protected of a side: nothing, in what was told by builds before."""
    hidden = read.get("hidden", {}).get(side, ())
    return None if hidden is None else frozenset(hidden)


def unsplit_of(read: Read, side: str) -> frozenset[str]:
    """Of which lines of a side it is not told how many enquiries are nameless."""
    return frozenset(read.get("unsplit", {}).get(side, ()))


def _by_code(
    users: Number | None,
    services: Number | None,
    codes: Mapping[str, Sequence[Any]],
    nameless: int | None,
    unsplit: frozenset[str],
) -> Counts:
    """With what is in the total and not among the codes: hidden, or of no list of the period."""
    by_topic = {code: number for code, (_count, number) in codes.items() if code not in unsplit}
    asked = _with_rest(services, {code: count for code, (count, _n) in codes.items()})
    return counts_of(users, asked, _nameless(nameless, by_topic))


def current_of(read: Read) -> Counts:
    """A period's figures by line, with what is in their total alone."""
    rows = [row for row in read["rows"] if row["count"] is not None]
    unsplit = unsplit_of(read, "now")
    asked = _with_rest(read["services"], {row["code"]: row["count"] for row in rows})
    by_line = {row["code"]: row.get("nameless") for row in rows if row["code"] not in unsplit}
    return counts_of(read["users"], asked, _nameless(read.get("nameless"), by_line))


def baseline_of(read: Read) -> Counts | None:
    """The same of the earlier period; None where nothing was known of it."""
    if read["services_baseline"] is None and read["users_baseline"] is None:
        return None
    rows = [row for row in read["rows"] if row["baseline"] is not None]
    unsplit = unsplit_of(read, "then")
    asked = _with_rest(read["services_baseline"], {row["code"]: row["baseline"] for row in rows})
    by_line = {
        row["code"]: row.get("baseline_nameless") for row in rows if row["code"] not in unsplit
    }
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
