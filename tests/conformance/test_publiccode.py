# SPDX-License-Identifier: AGPL-3.0-or-later
"""publiccode.yml as the standard 0.7.0 wants it, the licence whole, and SPDX lines everywhere."""

import hashlib
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from portal import __version__

ALLOWED = {
    "publiccodeYmlVersion", "name", "applicationSuite", "url", "landingURL", "isBasedOn",
    "softwareVersion", "releaseDate", "logo", "platforms", "categories", "organisation", "usedBy",
    "fundedBy", "roadmap", "developmentStatus", "softwareType", "intendedAudience", "description",
    "legal", "maintenance", "localisation", "dependsOn", "supports",
}  # fmt: skip
MANDATORY = {
    "publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType",
    "description", "legal", "maintenance", "localisation",
}  # fmt: skip
STATUSES = {"concept", "development", "beta", "stable", "obsolete"}
# The md5 of the text as the Free Software Foundation published it on 19 November 2007.
AGPL = "73f1eb20517c55bf9493b7dd6e480788"
SOURCES = {".py", ".sh", ".sql", ".mjs", ".js", ".css", ".toml", ".mako", ".yml", ".cfg"}


@pytest.fixture(scope="module")
def declared(root: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((root / "publiccode.yml").read_text(encoding="utf-8"))
    return read


def test_the_keys_are_those_of_the_standard(declared: dict[str, Any]) -> None:
    assert declared.keys() >= MANDATORY
    assert declared.keys() <= ALLOWED, "the IT section and others are gone since 0.7.0"
    assert declared["legal"] == {"license": "AGPL-3.0-or-later"}
    assert declared["developmentStatus"] in STATUSES
    assert urlsplit(declared["url"]).scheme == "https"


def test_the_version_is_the_one_of_the_code(declared: dict[str, Any]) -> None:
    assert declared["softwareVersion"] == __version__


def test_nobody_is_said_to_maintain_it_until_somebody_does(declared: dict[str, Any]) -> None:
    assert declared["maintenance"] == {"type": "none"}


def test_the_descriptions_have_the_lengths_of_the_standard(declared: dict[str, Any]) -> None:
    assert "it" in declared["description"]
    for language, text in declared["description"].items():
        assert re.fullmatch(r"[a-z]{2}", language)
        assert 1 <= len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert text["features"]
        assert all(0 < len(feature) <= 100 for feature in text["features"])
    assert declared["localisation"]["localisationReady"] is True
    assert "it" in declared["localisation"]["availableLanguages"]


def test_the_licence_is_whole(root: Path) -> None:
    text = (root / "LICENSE").read_bytes()
    assert hashlib.md5(text, usedforsecurity=False).hexdigest() == AGPL


def test_every_source_file_says_its_licence(root: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    sources = [root / name for name in listed if Path(name).suffix in SOURCES]
    assert len(sources) > 50
    silent = [
        str(path.relative_to(root))
        for path in sources
        if path.exists() and "SPDX-License-Identifier: AGPL-3.0-or-later" not in _start(path)
    ]
    assert silent == []


def _start(path: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8").splitlines()[:5])
