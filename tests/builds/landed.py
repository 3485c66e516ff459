# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hashes of the migrations: of each file, and of each function that they share.

A database has run the text that it was given; changed afterwards, a migration would make other
tables on new machines than on old ones, and nothing would say so.
"""

import hashlib
import inspect
from types import ModuleType

from migrations import VERSIONS, approved, frozen, rls

LANDED = VERSIONS.parent / "landed.txt"
SHARED = (rls, approved, frozen)


def hashes_now() -> dict[str, str]:
    """SHA-256 by name: «0001_desks.py», «rls.platform»."""
    found = {path.name: path.read_bytes() for path in VERSIONS.glob("[0-9]*.py")}
    for module in SHARED:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__:
                found[f"{_short(module)}.{name}"] = inspect.getsource(function).encode()
    return {name: hashlib.sha256(text).hexdigest() for name, text in sorted(found.items())}


def hashes_landed() -> dict[str, str]:
    """As they were when each landed."""
    lines = LANDED.read_text(encoding="utf-8").splitlines() if LANDED.exists() else []
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def write_new() -> None:
    """Add what is new; what has landed stays as it was, also if it was changed since."""
    lines = (hashes_now() | hashes_landed()).items()
    LANDED.write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(lines)))


def _short(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]
