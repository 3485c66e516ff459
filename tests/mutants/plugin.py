# SPDX-License-Identifier: AGPL-3.0-or-later
"""Takes one protection away in the process that runs the tests, before the application is made."""

import inspect
import sys
import textwrap
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from config.settings import Settings
from portal.accounts.rules import Place
from portal.core.web.access import Role
from tests.mutants.mutant import Mutant
from tests.world import CAPANNORI, LUCCA, RETE, VIAREGGIO

FIXTURES = Path(__file__).parents[1] / "conftest.py"


class Stale(Exception):
    """The text that a mutant changes is not in the code any more."""


class Removal:
    """A pytest plugin: the servers are given, one protection is gone."""

    def __init__(self, mutant: Mutant | None, settings: Settings) -> None:
        self.mutant = mutant
        self.settings = settings
        self.failed: set[str] = set()
        self.passed: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        fixtures = next(module for module in list(sys.modules.values()) if _is(module, FIXTURES))
        fixtures.machine_room = lambda *_args, **_kwargs: nullcontext(self.settings)
        if self.mutant and self.mutant.sql:
            fixtures.clone = _spoiled(fixtures.clone, self.mutant.sql)
        if self.mutant and self.mutant.function:
            rewrite(self.mutant)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.when == "call":
            self.passed.add(report.nodeid)


def _is(module: ModuleType, path: Path) -> bool:
    return getattr(module, "__file__", None) == str(path)


def _spoiled(clone: Any, sql: str) -> Any:
    def clone_and_spoil(template: Settings, name: str, **source: str) -> Settings:
        settings: Settings = clone(template, name, **source)
        with psycopg.connect(str(settings.database_owner_url)) as connection:
            try:
                connection.execute(sql)
            except psycopg.Error as error:
                # A test that fails for want of a database has shown nothing: the run ends.
                pytest.exit(f"{error} ({sql})", returncode=3)
        return settings

    return clone_and_spoil


def rewrite(mutant: Mutant) -> None:
    """Give a function the code of its changed text: whoever imported it gets the change too."""
    function = changed_function(mutant)
    changed: dict[str, Any] = {}
    body = changed_text(mutant)
    exec(compile(body, mutant.function, "exec"), function.__globals__, changed)  # noqa: S102
    (new,) = (one for one in changed.values() if isinstance(one, FunctionType))
    function.__code__ = new.__code__


def changed_function(mutant: Mutant) -> Any:
    """The function that a mutant changes."""
    module_name, _, path = mutant.function.partition(":")
    function: Any = import_module(module_name)
    for part in path.split("."):
        function = getattr(function, part)
    return inspect.unwrap(function)


def changed_text(mutant: Mutant) -> str:
    """The function's text after the change."""
    source = textwrap.dedent(inspect.getsource(changed_function(mutant)))
    if mutant.old not in source:
        raise Stale(f"«{mutant.old}» is not in {mutant.function}")
    return source[source.index("def ") :].replace(mutant.old, mutant.new)


def any_place(slug: str) -> Place:
    """The place of this name for somebody who does not belong to it."""
    for known in (LUCCA, CAPANNORI, VIAREGGIO, RETE):
        if known.slug == slug:
            return Place(known.id, slug, known.name, known.name, Role.MANAGER)
    return Place(uuid4(), slug, slug, slug, Role.MANAGER)
