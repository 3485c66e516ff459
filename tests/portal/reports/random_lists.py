# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of topics drawn at random, as the four files by which a network publishes its own.

Each list keeps, splits, merges, drops and adds topics of the one before; some have others below
them, which may later stand alone. The days on which a list begins are also within a half-year.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

STARTS = (
    date(2024, 1, 1),
    date(2024, 9, 1),
    date(2025, 1, 1),
    date(2025, 7, 1),
    date(2026, 1, 1),
    date(2026, 3, 15),
)
GROUPS = ("uno", "due", "tre", "altro")
FATES = ("same", "same", "same", "same", "split", "leave", "merge", "merge", "drop")
FILES = {
    "versions.csv": ("number", "valid_from", "valid_to", "title", "note"),
    "groups.csv": ("key", "label", "position"),
    "topics.csv": (
        "version", "code", "label", "short_name", "group", "parent", "position", "historical_row",
        "kind", "confidentiality",
    ),
    "crosswalk.csv": (
        "from_version", "from_code", "to_version", "to_code", "kind", "corrected_on", "reason",
    ),
}  # fmt: skip
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Entry:
    """A topic of a list; `origins` are the topics of the list before that it came of."""

    code: str
    label: str
    group: str
    parent: str = ""
    row: str = ""
    sensitive: bool = False
    origins: tuple[tuple[str, str], ...] = ()
    """Each with the kind of the change."""


@dataclass
class _Next:
    """A list that is being made of the one before it."""

    random: Random
    number: int
    entries: dict[str, Entry] = field(default_factory=dict)
    _made: int = 0

    def new(self, *origins: tuple[str, str]) -> Entry:
        self._made += 1
        code = f"{'ABCDE'[self.number]}{chr(65 + self._made // 26)}{chr(65 + self._made % 26)}"
        entry = Entry(
            code,
            f"Tipologia {code}",
            self.random.choice(GROUPS),
            sensitive=self.random.random() < 0.1,
            origins=origins,
        )
        return self.add(entry)

    def add(self, entry: Entry) -> Entry:
        """The topic, or with what it came of besides."""
        known = self.entries.get(entry.code)
        if known:
            entry = replace(known, origins=(*known.origins, *entry.origins))
        self.entries[entry.code] = entry
        return entry

    def keep(self, old: Entry, parent: str = "") -> Entry:
        label = f"{old.label} ({self.number})" if self.random.random() < 0.1 else old.label
        return self.add(
            replace(old, label=label, row="", parent=parent, origins=((old.code, "same"),))
        )


def write_lists(random: Random, folder: Path) -> None:
    """The files of a network, in an empty folder."""
    number = random.choice((2, 2, 3, 4))
    starts = [date(2000, 1, 1), *sorted(random.sample(STARTS, number - 1))]
    lists = [_first(random)]
    while len(lists) < number:
        lists.append(_following(random, lists[-1], len(lists) + 1))
    rows = {
        "versions.csv": _versions(starts),
        "groups.csv": [
            {"key": key, "label": f"Gruppo {key}", "position": str(place)}
            for place, key in enumerate(GROUPS, 1)
        ],
        "topics.csv": [
            row for number, one in enumerate(lists, 1) for row in _topics(random, number, one)
        ],
        "crosswalk.csv": [
            row for number, one in enumerate(lists, 1) for row in _changes(number, one)
        ],
    }
    for name, lines in rows.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, FILES[name])
            writer.writeheader()
            writer.writerows(lines)


def _first(random: Random) -> list[Entry]:
    made = _Next(random, 0)
    entries = [made.new() for _number in range(random.choice((4, 5, 7)))]
    return [
        replace(entry, row="" if random.random() < 0.05 else str(place))
        for place, entry in enumerate(entries, 1)
    ]


def _following(random: Random, before: list[Entry], number: int) -> list[Entry]:
    made = _Next(random, number - 1)
    merged: list[str] = []
    for old in [entry for entry in before if not entry.parent]:
        _become(random, made, old, merged)
    for child in [entry for entry in before if entry.parent]:
        _grow(random, made, child)
    made.new()
    for parent in random.sample(_tops(made), min(2, len(_tops(made)))):
        _divide(random, made, parent)
    return list(made.entries.values())


def _tops(made: _Next) -> list[Entry]:
    return [entry for entry in made.entries.values() if not entry.parent]


def _become(random: Random, made: _Next, old: Entry, merged: list[str]) -> None:
    fate = random.choice(FATES)
    if fate in ("same", "split"):
        made.keep(old)
    if fate == "split":
        made.new((old.code, "split"))
    if fate == "leave":
        made.new((old.code, "split"))
        made.new((old.code, "split"))
    if fate == "merge":
        if not merged or random.random() < 0.2:
            merged.append(made.new().code)
        into = made.entries[merged[-1]]
        made.add(replace(into, origins=((old.code, "merge"),)))


def _grow(random: Random, made: _Next, child: Entry) -> None:
    """One below another stays there, stands alone from now on, or is no more."""
    parent = made.entries.get(child.parent)
    fate = random.random()
    if fate < 0.15:
        made.keep(child)
    elif fate < 0.75 and parent and not parent.parent:
        made.keep(child, child.parent)


def _divide(random: Random, made: _Next, parent: Entry) -> None:
    """A topic below another; what the other came of, it came of too, or nobody says."""
    came = [(code, "split") for code, _kind in parent.origins] if random.random() < 0.6 else []
    code = f"{parent.code[:3]}-X{made.number}"
    if parent.code == parent.code[:3] and code not in made.entries:
        made.add(
            replace(
                parent, code=code, label=f"Dettaglio {code}", parent=parent.code,
                origins=tuple(came), row="", sensitive=random.random() < 0.2,
            )
        )  # fmt: skip


def _versions(starts: list[date]) -> Rows:
    ends = [*(start - timedelta(days=1) for start in starts[1:]), None]
    return [
        {
            "number": str(number),
            "valid_from": first.isoformat(),
            "valid_to": last.isoformat() if last else "",
            "title": f"Elenco {number}",
            "note": "",
        }
        for number, (first, last) in enumerate(zip(starts, ends, strict=True), 1)
    ]


def _topics(random: Random, number: int, entries: list[Entry]) -> Iterator[dict[str, str]]:
    """In any order; one below another after it."""
    tops = [entry for entry in entries if not entry.parent]
    if number > 1:
        random.shuffle(tops)
    in_order = [
        entry for top in tops for entry in (top, *(e for e in entries if e.parent == top.code))
    ]
    for place, entry in enumerate(in_order, 1):
        yield {
            "version": str(number),
            "code": entry.code,
            "label": entry.label,
            "short_name": entry.code,
            "group": entry.group,
            "parent": entry.parent,
            "position": str(place),
            "historical_row": entry.row,
            "kind": "I",
            "confidentiality": "sensitive" if entry.sensitive else "normal",
        }


def _changes(number: int, entries: list[Entry]) -> Iterator[dict[str, str]]:
    for entry in entries:
        for code, kind in dict(entry.origins).items():
            yield {
                "from_version": str(number - 1),
                "from_code": code,
                "to_version": str(number),
                "to_code": entry.code,
                "kind": kind,
                "corrected_on": "",
                "reason": "",
            }
