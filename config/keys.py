# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets the installation makes for itself: generated once, one private file each."""

import os
import secrets
from pathlib import Path


def secret(home: Path, name: str) -> str:
    """The secret of that name; two programs that ask for it first at once get the same one."""
    folder = home / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        keep_private(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8")


def keep_private(path: Path, text: str) -> None:
    """Write a file that is whole or absent, mode 0600; the first writer wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
