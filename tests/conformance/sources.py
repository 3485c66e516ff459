# SPDX-License-Identifier: AGPL-3.0-or-later
"""The source files of the house, parsed once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("portal", "worker", "config", "migrations")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def python_files(*folders: str) -> list[Path]:
    """The Python files in these folders of the repository."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, kinds))


def dotted(node: ast.AST) -> str:
    """`db.session.commit` for what is called or read so; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def places(*folders: str, calls: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> set[str]:
    """The files where something whose dotted name ends so is called, or merely named."""
    found = set()
    for path in python_files(*folders):
        for node in nodes(path, ast.Call, ast.Attribute, ast.Name, ast.alias):
            if _is(node, calls, names):
                found.add(name(path))
    return found


def _is(node: ast.AST, calls: tuple[str, ...], names: tuple[str, ...]) -> bool:
    if isinstance(node, ast.Call):
        return _ends(dotted(node.func), calls)
    if isinstance(node, ast.alias):
        return node.name in names
    return _ends(dotted(node), names)


def _ends(said: str, endings: tuple[str, ...]) -> bool:
    return any(f".{said}".endswith(f".{ending}") for ending in endings)
