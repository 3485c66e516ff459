# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the code may reach for: which hashes and lots, whom it may call, whence it reads."""

import ast
import re
from pathlib import Path
from typing import Any

from tests.conformance.sources import dotted, name, nodes, places, python_files

SERVED = ("portal", "worker", "config")
NETWORK = {
    "aiohttp", "ftplib", "http.client", "httpx", "imaplib", "ldap", "poplib", "requests", "smtplib",
    "socket", "ssl", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
LISTENING = {
    "portal/core/work/mail.py": {"smtplib", "ssl"},
    # Whether our own servers, on this machine, answer; and what this machine is called.
    "portal/embedded/process.py": {"socket"},
    "portal/embedded/running.py": {"socket", "urllib.request"},
    "worker/app.py": {"socket"},
}
TRUSTED_PATTERNS = {
    # Written out in tables of their own.
    "portal/people/card/codice_fiscale.py",
    "portal/people/matching/chinese_syllables.py",
    "portal/people/matching/spellings.py",
}


def test_hashes_are_of_256_bits() -> None:
    hashes = {
        node.attr
        for path in python_files(*SERVED)
        for node in nodes(path, ast.Attribute)
        if isinstance(node, ast.Attribute) and dotted(node.value) == "hashlib"
    }
    imported = {
        alias.name
        for path in python_files(*SERVED)
        for node in nodes(path, ast.ImportFrom)
        if isinstance(node, ast.ImportFrom) and node.module == "hashlib"
        for alias in node.names
    }
    assert hashes | imported == {"sha256"}


def test_lots_are_drawn_where_nobody_can_guess_them() -> None:
    """Python's own dice are for the invented persons of the demonstration."""
    guessable = {path for path in _importers("random") if not path.startswith("portal/demo/")}
    assert guessable == set()


def test_nothing_is_encrypted_by_ourselves() -> None:
    """Nothing to get wrong: disks and lines are encrypted by whoever installs."""
    assert _importers("cryptography", "Crypto", "nacl") == set()


def test_only_letters_leave_for_another_machine() -> None:
    """No page, job or document asks an address that somebody typed, or any address at all."""
    found = {name(path): _imports(path) & NETWORK for path in python_files(*SERVED)}
    assert {path: names for path, names in found.items() if names} == LISTENING


def test_an_address_and_a_form_are_not_mixed() -> None:
    """What is said in both would count as whichever was looked at first."""
    assert places(*SERVED, names=("request.values", "request.get_json", "request.json")) == set()


def test_what_is_typed_is_no_pattern() -> None:
    built = {
        name(path)
        for path in python_files(*SERVED)
        for node in nodes(path, ast.Call)
        if isinstance(node, ast.Call)
        and re.fullmatch(
            r"re\.(compile|sub|split|search|match|fullmatch|findall)", dotted(node.func)
        )
        and not _is_written_out(node.args[0])
    }
    assert built == TRUSTED_PATTERNS


def _is_written_out(pattern: Any) -> bool:
    """A literal, or one into which only our own constants are put."""
    if isinstance(pattern, ast.JoinedStr):
        parts = [part.value for part in pattern.values if isinstance(part, ast.FormattedValue)]
        return all(isinstance(part, ast.Name) and part.id.isupper() for part in parts)
    if isinstance(pattern, ast.BinOp):
        return _is_written_out(pattern.left) and _is_written_out(pattern.right)
    return isinstance(pattern, ast.Constant) or (
        isinstance(pattern, ast.Name) and pattern.id.isupper()
    )


def _importers(*modules: str) -> set[str]:
    return {
        name(path)
        for path in python_files(*SERVED)
        if {module.partition(".")[0] for module in _imports(path)} & {*modules}
    }


def _imports(path: Path) -> set[str]:
    found = {
        alias.name
        for node in nodes(path, ast.Import)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    return found | {
        node.module or ""
        for node in nodes(path, ast.ImportFrom)
        if isinstance(node, ast.ImportFrom)
    }


def test_no_account_comes_with_the_tables() -> None:
    """Whoever comes in was invited, or was added at the machine with a password of their own."""
    inserts = re.compile(r"INSERT\s+INTO\s+(account|membership|login_session)\b", re.IGNORECASE)
    found = {name(path) for path in python_files("migrations")
             if inserts.search(path.read_text(encoding="utf-8"))}  # fmt: skip
    assert found == set()
