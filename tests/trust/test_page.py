# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of `make trust` says what was run, and nothing better than that."""

from pathlib import Path
from typing import Any, Literal

import pytest

from tests.trust.__main__ import NOT_FAST, command
from tests.trust.page import QUESTIONS, is_answer, page

FIGURE = ("summary", "3 kills: 0 lost")
PLACE = "tests/trust/test_database_killed.py::test"


def report(outcome: Literal["passed", "failed", "skipped"], **more: Any) -> pytest.TestReport:
    values: dict[str, Any] = {"nodeid": PLACE, "when": "call", "longrepr": None, "duration": 2}
    return pytest.TestReport(
        location=("", 0, ""), keywords={}, outcome=outcome, **(values | more)
    )  # fmt: skip


def lines_of(*reports: pytest.TestReport) -> list[str]:
    """What the page says of the question, of all that it says."""
    said = list(page(reports))
    assert len(said) >= len(QUESTIONS) + 1
    begins = next(number for number, line in enumerate(said) if "PostgreSQL killed" in line)
    ends = next(number for number, line in enumerate(said) if "PostgreSQL away" in line)
    return [line.strip() for line in said[begins:ends]]


def test_each_question_has_tests(root: Path) -> None:
    for place in (place for places in QUESTIONS.values() for place in places):
        assert list((root / place).glob("test_*.py")) or (root / place).is_file(), place


def test_a_question_that_is_answered_shows_its_figures() -> None:
    passed = report("passed", user_properties=[FIGURE, ("other", "no")])
    after = report("passed", when="teardown", user_properties=[FIGURE])
    assert lines_of(passed, after) == ["ok      PostgreSQL killed (1 tests, 4 s)", FIGURE[1]]
    assert is_answer(passed)
    assert not is_answer(report("passed", nodeid="tests/portal/test_other.py::test"))


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
def test_one_failure_fails_the_question(when: str) -> None:
    assert lines_of(report("passed"), report("failed", when=when))[0].startswith("FAILED")


def test_what_was_not_run_is_not_ok() -> None:
    assert lines_of() == ["not run PostgreSQL killed"]
    skipped = report("skipped", when="setup", longrepr=("file", 1, "Skipped: no compiler"))
    assert lines_of(skipped)[0].startswith("not run")
    assert lines_of(skipped)[1] == "skipped: Skipped: no compiler"


def test_the_whole_runs_also_what_is_long() -> None:
    assert command([])[4:6] == ["-m", ""]
    assert "" not in command(["--fast"])
    assert set(command([])) - set(command(["--fast"])) == {*NOT_FAST, ""}
    assert "--fast" not in command(["--fast", "-x"])
