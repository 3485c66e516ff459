# SPDX-License-Identifier: AGPL-3.0-or-later
"""A protection taken away, and the tests of the walls between desks that several look at."""

from dataclasses import dataclass

TABLES = "tests/conformance/test_tables.py::test_"
ROUTES = "tests/conformance/test_routes.py::test_"
MATRIX = "tests/conformance/test_matrix.py::test_route_matrix"
ISOLATION = "tests/conformance/test_isolation.py::test_"


@dataclass(frozen=True)
class Mutant:
    """A protection taken away."""

    name: str
    tests: tuple[str, ...]
    sql: str = ""
    function: str = ""
    old: str = ""
    new: str = ""
