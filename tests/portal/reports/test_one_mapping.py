# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random lists, splits, merges and records: both layouts, the files and the network agree."""

import csv
import io
import json
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from random import Random

import pytest

from portal.core.documents.csv import csv_bytes
from portal.core.italy.periods import Period, parse_period
from portal.figures.rules import Counts, Nameless, Number
from portal.oversight.columns import Named, figures_on_lines
from portal.oversight.published import Publication
from portal.reports.relazione.baselines import Baseline
from portal.reports.relazione.model import Relazione, TopicRow
from portal.reports.relazione.rows import OTHER_CODE, Compared
from portal.reports.sections.topic_tables import as_json, historical_table, modern_table
from portal.taxonomy.lines import lines_between
from portal.taxonomy.rules import TopicEntry, TopicList
from tests.portal.reports.lists import topic, topic_list

FEW, MANY = 60, 1_000
LABELS = [(row, f"Riga {row}") for row in range(1, 6)]


@dataclass(frozen=True)
class Case:
    """Two half-years with what was recorded in each."""

    topics: TopicList
    window: Period
    earlier: Period
    current: Counts
    baseline: Counts


def draw(seed: int) -> Case:
    random = Random(seed)
    topics = draw_lists(random)
    years = [random.choice((2003, 2009, 2010, 2013, 2019, 2020, 2025)) for _side in range(2)]
    window, earlier = (parse_period(f"{year}-S1") for year in sorted(years, reverse=True))
    if window == earlier:
        window = parse_period(f"{window.start.year + 1}-S1")
    sides = [draw_counts(random, topics, one) for one in (window, earlier)]
    return Case(topics, window, earlier, *sides)


def draw_lists(random: Random) -> TopicList:
    """Three lists; each keeps, splits, merges, drops and adds topics, some with children."""
    versions = {1: [topic(1, f"A{n:02}", n, historical_row=n) for n in range(1, 6)]}
    changes: list[tuple[int, str, int, str]] = []
    for version in (2, 3):
        entries: list[TopicEntry] = []
        letter = "ABC"[version - 1]
        for old in [one for one in versions[version - 1] if not one.parent_code]:
            fate = random.choice(("same", "same", "split", "merge", "drop"))
            names = {
                "same": [old.code],
                "split": [old.code, f"{letter}{old.position:02}"],
                "merge": [f"{letter}99"],
                "drop": [],
            }[fate]
            for code in names:
                changes.append((version - 1, old.code, version, code))
                if code not in [entry.code for entry in entries]:
                    entries.append(topic(version, code, len(entries) + 1))
        entries.append(topic(version, f"{letter}N{version}", len(entries) + 1))
        parent = random.choice(entries)
        entries.append(
            topic(version, f"{parent.code}x{version}", len(entries) + 1, parent_code=parent.code)
        )
        versions[version] = entries
    return topic_list(versions, changes)


def draw_counts(random: Random, topics: TopicList, period: Period) -> Counts:
    """Mostly of the list in force, sometimes of another."""
    (version,) = topics.versions_in((period.start, period.start))
    known = [entry.code for entry in topics.by_version[version]]
    other = [entry.code for entry in topics.topics if entry.code not in known]
    asked = {code: random.choice((0, 1, 4, 30)) for code in known}
    if other and random.random() < 0.5:
        asked[random.choice(other)] = 3
    nameless = {code: random.randint(0, n) for code, n in asked.items() if random.random() < 0.3}
    users = random.choice((0, 1, 40))
    return Counts(users, None, None, None, asked, Nameless.of_topics(nameless))


def relazione_of(case: Case) -> Relazione:
    compared = compare(case)
    return Relazione(
        desk_name="Caso",
        desk_slug="caso",
        period=case.window,
        against=Baseline((case.earlier,)),
        current=case.current,
        baseline=case.baseline,
        rows=compared.rows,
        historical=compared.historical_rows(LABELS),
        taxonomy_version="1",
        early=compared.early,
    )


def compare(case: Case) -> Compared:
    days = [(one.start, one.end) for one in (case.window, case.earlier)]
    in_force = frozenset[int]().union(*(case.topics.versions_in(one) for one in days))
    codes = {code for side in (case.current, case.baseline) for code in side.topics}
    lines = lines_between(case.topics, in_force, codes, current=max(in_force))
    return Compared(lines, case.current, case.baseline, days[0], (days[1],))


def test_a_few_random_lists() -> None:
    verify(range(FEW))


@pytest.mark.long
def test_a_thousand_random_lists() -> None:
    verify(range(FEW, FEW + MANY))


def verify(seeds: range) -> None:
    joined = early = several = 0
    for seed in seeds:
        case = draw(seed)
        found = relazione_of(case)
        check_sums(found, seed)
        check_layouts(found, seed)
        check_files(found, seed)
        check_network(case, found, seed)
        check_apart(case, found, seed)
        joined += any("+" in row.code for row in found.rows)
        early += any(found.early)
        several += any(row.details for row in found.rows)
    assert min(joined, early, several) > len(seeds) / 20, "or hardly anything was tried"


def check_sums(found: Relazione, seed: int) -> None:
    """No enquiry is lost or counted twice, in either layout, and details are their row."""
    assert found.reconciles, seed
    sides = [
        (found.current, "count", "nameless"),
        (found.baseline, "baseline", "baseline_nameless"),
    ]
    for (side, count, nameless), early in zip(sides, found.early, strict=True):
        assert side is not None
        for rows in (found.rows, found.historical):
            assert sum(getattr(row, count) or 0 for row in rows) + early == side.services, seed
        for row in found.rows:
            if row.details:
                for name in (count, nameless):
                    parts = [getattr(detail, name) or 0 for detail in row.details]
                    assert sum(parts) == (getattr(row, name) or 0), (seed, row.code)


def check_layouts(found: Relazione, seed: int) -> None:
    """A row of the old table is the lines that it names, in counts and in variation."""
    lines = {row.code: row for row in found.rows}
    for row in found.historical:
        parts = [lines[code] for code in row.codes if code in lines]
        for name in ("count", "baseline", "nameless", "baseline_nameless"):
            known = [getattr(part, name) for part in parts if getattr(part, name) is not None]
            assert getattr(row, name) == (sum(known) if known else None), (seed, row.code, name)
        if len(parts) == 1 and row.code != OTHER_CODE:
            told = (row.incidence, row.baseline_incidence, row.variation)
            part = parts[0]
            assert told == (part.incidence, part.baseline_incidence, part.variation), seed


def check_files(found: Relazione, seed: int) -> None:
    read = {row["code"]: row for row in json.loads(json.dumps(as_json(found)))["rows"]}
    text = csv_bytes(modern_table(found), style="data").decode()
    written = list(csv.DictReader(io.StringIO(text)))[:-1]
    old = csv_bytes(historical_table(found), style="historical").decode().splitlines()
    assert list(read) == [row.code for row in found.rows]
    assert [line["label"] for line in written] == [row.label for row in found.rows]
    for row, line in zip(found.rows, written, strict=True):
        for name in ("count", "baseline"):
            number: Number | None = getattr(row, name)
            assert read[row.code][name] == number, seed
            assert line[name] == ("" if number is None else str(number)), seed
    assert len(old) >= 1 + len(LABELS) + 1


def told(case: Case, window: Period, counts: Counts) -> dict[str, list[int | None]]:
    """By the lines of the period's own lists alone, each under the first topic that names it."""
    days = (window.start, window.end)
    in_force = case.topics.versions_in(days)
    lines = lines_between(case.topics, in_force, counts.topics, current=max(in_force))
    own = Compared(lines, counts, None, days, ())
    return {
        row.code.partition("+")[0]: [int(row.count or 0),
                                     None if row.nameless is None else int(row.nameless)]
        for row in own.rows if row.count
    }  # fmt: skip


def check_network(case: Case, found: Relazione, seed: int) -> None:
    """What the desk publishes, told by the network beside the same period: each line is its own."""
    compared = compare(case)
    shared = as_json(found) | {
        "codes": {
            "now": told(case, case.window, case.current),
            "then": told(case, case.earlier, case.baseline),
        }
    }
    publication = Publication(json.loads(json.dumps(shared)))
    windows = (compared.window, compared.earlier[0])
    desk = figures_on_lines(
        Named("caso", "Caso"),
        publication,
        publication.baseline(),
        compared.lines,
        windows,
        is_own=True,
    )
    theirs = {row.code: row for row in desk.rows()}
    assert theirs.keys() == {row.code for row in found.rows}, seed
    for row in found.rows:
        plain = replace(row, codes=(), details=())
        assert replace(theirs[row.code], codes=()) == plain, (seed, row.code)


def check_apart(case: Case, found: Relazione, seed: int) -> None:
    """Where two codes stand on two lines, no chain of changes between the lists joins them."""
    line_of = {code: row.code for row in found.rows for code in row.codes}
    for change in case.topics.changes:
        one, other = line_of.get(change.from_code), line_of.get(change.to_code)
        days = (case.earlier.start, case.window.end)
        inside = {change.from_version, change.to_version} <= case.topics.versions_in(days)
        if inside and one and other:
            assert one == other, (seed, change)


def rate(row: TopicRow, users: int) -> Fraction:
    return Fraction(100 * (row.of_users or 0), users)


def test_a_topic_asked_on_its_first_day_and_the_day_before() -> None:
    lists = topic_list({1: [topic(1, "A01", 1)], 2: [topic(2, "A01", 1), topic(2, "NEW", 2)]})
    window, earlier = parse_period("2010-S1"), parse_period("2009-S1")
    assert (window.start, date(2010, 1, 1)) == (lists.versions[1].valid_from, window.start)
    sides = [
        Counts(4, None, None, None, {"A01": 1, "NEW": number}, Nameless.of_topics({}))
        for number in (2, 3)
    ]
    found = relazione_of(Case(lists, window, earlier, *sides))
    (new,) = [row for row in found.rows if row.code == "NEW"]
    assert (new.count, new.baseline, new.variation) == (2, None, None)
    assert new.incidence == rate(new, 4) == 50
    assert found.early == (0, 3)
