# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one password of the demonstration accounts: given, or made up; kept in a private file."""

import secrets
from pathlib import Path

from config.keys import keep_private
from config.settings import Settings

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for each other: i, l, o, 0 and 1."""


def choose_password(settings: Settings) -> str:
    """The password for accounts that are about to be founded; a file of earlier ones gives way."""
    path = _file(settings)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    keep_private(path, settings.demo_password or _made_up())
    return path.read_text(encoding="utf-8")


def find_password(settings: Settings) -> str | None:
    """The password that the accounts were founded with, if it was here."""
    path = _file(settings)
    return path.read_text(encoding="utf-8") if path.exists() else None


def _file(settings: Settings) -> Path:
    return settings.home / "secrets" / "demo_password"


def _made_up() -> str:
    groups = ("".join(secrets.choice(LETTERS) for _one in range(4)) for _group in range(4))
    return "-".join(groups)
