# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files and functions that are read in one go, annotated, and licensed."""

import ast
from pathlib import Path

from tests.conformance.sources import CODE, ROOT, name, nodes, python_files, tree

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LICENCE = "SPDX-License-Identifier: AGPL-3.0-or-later"
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Migrations are lists of columns, made once and never read again.
EVERYTHING = (*CODE, "tests")
OURS = ("*.py", "*.sql", "*.mjs", "*.js", "*.css", "*.sh", "*.typ", "*.html", "*.txt")
FOLDERS = (*EVERYTHING, "templates")
# Written by a program.
WRITTEN = {
    "config/setup/node.txt",
    "config/setup/sbom.txt",
    "migrations/landed.txt",
    "migrations/schema.txt",
}


def functions(path: Path) -> list[Function]:
    return [node for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)]


def test_files_are_short() -> None:
    long = {
        name(path): lines
        for path in python_files(*EVERYTHING)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_functions_are_short() -> None:
    long = [
        f"{name(path)}:{function.lineno} {function.name}"
        for path in python_files("portal", "worker", "config", "tests")
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_every_function_is_annotated() -> None:
    bare = [
        f"{name(path)}:{function.lineno} {function.name}"
        for path in python_files(*EVERYTHING)
        for function in functions(path)
        if not _is_annotated(function)
    ]
    assert bare == []


def _is_annotated(function: Function) -> bool:
    told = function.args
    given = [*told.posonlyargs, *told.args, *told.kwonlyargs, told.vararg, told.kwarg]
    needed = [one for one in given if one and one.arg not in ("self", "cls")]
    return function.returns is not None and all(one.annotation for one in needed)


def test_every_module_says_what_it_is_for() -> None:
    silent = [name(path) for path in python_files(*EVERYTHING) if not ast.get_docstring(tree(path))]
    assert silent == []


def test_every_source_file_names_its_licence() -> None:
    ours = [path for folder in FOLDERS for kind in OURS for path in (ROOT / folder).rglob(kind)]
    ours += [ROOT / "Makefile", ROOT / ".ci/run"]
    unlicensed = {
        name(path) for path in ours if "vendor" not in path.parts and LICENCE not in _head(path)
    }
    assert unlicensed - WRITTEN == set()
    assert {"templates/layout/base.html", "config/setup/venv.sh"} <= {name(path) for path in ours}


def _head(path: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8").splitlines()[:3])
