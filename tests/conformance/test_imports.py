# SPDX-License-Identifier: AGPL-3.0-or-later
"""One question, one place: who imports whom, and the acts that one file alone may do."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conformance.sources import CODE, ROOT, dotted, name, nodes, places, python_files

SLICES = {path.parent.name for path in (ROOT / "portal").glob("*/__init__.py")} - {
    "core",
    "cli",
    "embedded",
}
# Names of desks and accounts are what these slices are about.
ABOUT_DESKS = ("portal/accounts/", "portal/desks/")


def test_contracts_between_the_parts_hold() -> None:
    # In a process of its own, because it silences every logger of the one that it runs in.
    command = [sys.executable, "-c", "from importlinter.cli import *; lint_imports_command()"]
    found = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_rows_of_another_slice_are_named_in_annotations_only() -> None:
    """Its queries give them and name their type; to select from the table is theirs alone."""
    tables = {
        f"portal.{path.parent.name}.queries": {node.name for node in nodes(path, ast.ClassDef)}
        for path in python_files("portal")
        if path.name == "models.py"
    }
    selected = {
        f"{name(path)}:{node.lineno}"
        for path in python_files("portal")
        for node in _run_time_imports(path)
        if node.module in tables
        and f"portal.{path.relative_to(ROOT / 'portal').parts[0]}.queries" != node.module
        and any(alias.name in tables[node.module] for alias in node.names)
    }
    assert selected == set()


def _run_time_imports(path: Path) -> list[ast.ImportFrom]:
    """The imports of a file but for those that only a type checker reads."""
    of_types = {
        id(node)
        for block in nodes(path, ast.If)
        if isinstance(block, ast.If) and dotted(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    return [
        node
        for node in nodes(path, ast.ImportFrom)
        if isinstance(node, ast.ImportFrom) and id(node) not in of_types
    ]


def test_only_the_unit_commits() -> None:
    commits = ("session.commit", "connection.commit", "conn.commit")
    assert places("portal", "worker", calls=commits) <= {"portal/core/store/unit.py"}
    text = {name(path) for path in python_files("portal", "worker") if ".commit(" in _read(path)}
    assert text == {"portal/core/store/unit.py"}


def test_only_pages_know_htmx() -> None:
    spoken = {name(path) for path in python_files("portal") if "HX-" in _read(path)}
    assert spoken == {"portal/core/web/pages.py"}


def test_only_settings_read_the_environment() -> None:
    found = places(*CODE, names=("os.environ", "os.getenv", "environ", "getenv", "os.putenv"))
    assert {path for path in found if not path.startswith("config/")} == set()


def test_only_the_clock_says_what_time_it_is() -> None:
    asked = ("date.today", "datetime.now", "datetime.utcnow", "datetime.today", "time.time")
    assert places(*CODE, names=asked) == {"portal/core/clock.py"}
    in_sql = re.compile(r"\b(now\(\)|current_date|current_timestamp|localtimestamp)", re.IGNORECASE)
    said = {
        name(path)
        for path in python_files("portal")
        for text in _texts(path)
        if in_sql.search(text)
    }
    assert said <= {"portal/core/clock.py"}


def test_only_tenancy_opens_a_scope() -> None:
    opened = places(*CODE, names=("enter_scope", "Scope"))
    assert opened == {"portal/core/store/tenancy.py", "portal/core/store/database.py"}
    assert places(*CODE, names=("set_config",)) == set()
    spoken = {
        name(path) for path in python_files(*CODE) for text in _texts(path) if "set_config" in text
    }
    assert spoken == {"portal/core/store/database.py"}


def test_scopes_are_opened_by_the_gate_and_from_outside() -> None:
    """No view, form, action or query chooses whose rows it sees."""
    scopes = ("desk_scope", "network_scope", "identity_scope")
    found = places("portal", names=scopes) - {"portal/core/store/tenancy.py"}
    outside = ("portal/cli/", "portal/demo/", "portal/upgrade.py")
    inside = {path for path in found if not path.startswith(outside)}
    assert inside == {"portal/accounts/gate.py", "portal/accounts/sessions.py"}


def test_statements_are_constants() -> None:
    """What is typed reaches PostgreSQL as a parameter, never within a statement."""
    built = [
        f"{name(path)}:{node.lineno}"
        for path in python_files("portal", "worker")
        for node in nodes(path, ast.Call)
        if isinstance(node, ast.Call)
        and dotted(node.func).rpartition(".")[2] in ("text", "literal_column", "TextClause")
        and node.args
        and not _is_constant(node.args[0])
    ]
    assert built == []


def test_markup_is_never_made_by_hand() -> None:
    assert places("portal", calls=("Markup", "markupsafe.Markup")) == set()
    templates = [path for path in (ROOT / "templates").rglob("*.html") if "safe" in _filters(path)]
    assert templates == []
    loud = [path for path in (ROOT / "templates").rglob("*.html") if "autoescape" in _read(path)]
    assert loud == []


def test_slices_do_not_know_which_desk_they_serve() -> None:
    """The database decides; a desk's id in a view or an action would be a second opinion.

    Tables declare it, and a query may name the column where a key is joined or grouped whole.
    """
    told = {
        f"{name(path)}:{node.lineno}"
        for path in python_files(*(f"portal/{one}" for one in SLICES - {"demo"}))
        if path.stem != "models" and not name(path).startswith(ABOUT_DESKS)
        for node in nodes(path, ast.Name, ast.Attribute, ast.arg, ast.keyword, ast.Compare)
        if _tells_the_desk(node, in_queries="queries" in name(path))
    }
    assert told == set()


def _tells_the_desk(node: Any, *, in_queries: bool) -> bool:
    if isinstance(node, ast.Compare):
        return any(dotted(side).endswith(".desk_id") for side in (node.left, *node.comparators))
    if isinstance(node, ast.Attribute):
        return node.attr == "desk_id" and not (in_queries and dotted(node)[0].isupper())
    return "desk_id" in (getattr(node, "id", None), getattr(node, "arg", None))


def test_dangerous_calls_are_absent() -> None:
    calls = ("eval", "exec", "os.system", "pickle.loads", "yaml.load", "md5", "sha1")
    assert places("portal", "worker", calls=calls) == set()
    shells = [
        name(path)
        for path in python_files(*CODE)
        for node in nodes(path, ast.keyword)
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert shells == []


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _texts(path: Path) -> list[str]:
    """The texts of a file that are not its docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {id(_docstring(node)) for node in nodes(path, *documented)}
    return [
        node.value
        for node in nodes(path, ast.Constant)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def _docstring(node: ast.AST) -> ast.AST | None:
    first = node.body[0] if getattr(node, "body", None) else None
    return first.value if isinstance(first, ast.Expr) else None


def _is_constant(node: ast.AST) -> bool:
    """A literal, a named constant, or a sum of those."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_constant(node.left) and _is_constant(node.right)
    if isinstance(node, ast.Name):
        return node.id.isupper()
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _filters(path: Path) -> set[str]:
    return set(re.findall(r"\|\s*(\w+)", _read(path)))
