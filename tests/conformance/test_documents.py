# SPDX-License-Identifier: AGPL-3.0-or-later
"""The guides name what there is: files, images, commands and settings."""

import re
from pathlib import Path

import pytest

from config.settings import DATABASES
from portal.cli import COMMANDS

LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:^|[`/]|[A-Z_]+=\S+ |&& )portal ([a-z]+)", re.MULTILINE)
LARGEST_IMAGE = 150_000
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/operatore.md",
             "docs/amministratore.md")  # fmt: skip


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest, root: Path) -> Path:
    path: Path = root / request.param
    return path


def test_every_link_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_images_are_light(root: Path) -> None:
    images = list((root / "docs/images").iterdir())
    assert images
    assert [image.name for image in images if image.stat().st_size > LARGEST_IMAGE] == []


def test_the_commands_exist(root: Path) -> None:
    text = (root / "docs/amministratore.md").read_text(encoding="utf-8")
    named = set(COMMAND.findall(text))
    assert {"report", "import", "backup", "restore"} <= named
    assert named <= set(COMMANDS)


def test_the_two_commands_stand_at_the_top(root: Path) -> None:
    top = (root / "README.md").read_text(encoding="utf-8")[:500]
    assert "make run" in top
    assert "make test" in top


def test_every_setting_is_explained(root: Path) -> None:
    read = (root / "config/settings.py").read_text(encoding="utf-8")
    settings = {*DATABASES, *re.findall(r'values(?:\.get\(|, )"([A-Z_]+)"', read)}
    text = (root / "docs/amministratore.md").read_text(encoding="utf-8")
    assert "PORTAL_HOME" in settings
    assert [name for name in sorted(settings) if f"`{name}`" not in text] == []
