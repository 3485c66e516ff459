# SPDX-License-Identifier: AGPL-3.0-or-later
"""requirements.txt is enough: what the portal needs to run does not come from the tools.

And what the gate runs is what a contributor runs.
"""

import json
import re
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PINNED = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)
# kombu loads it by name, for the scheme of the broker's address: no import of ours says so.
LOADED_BY_NAME = "kombu[redis]"


def needed_by(asked: Requirement) -> list[Requirement]:
    """What a package asks for here, with the extras it is asked for with."""
    found = [Requirement(line) for line in requires(asked.name) or []]
    extras = asked.extras or {""}
    return [
        one
        for one in found
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def test_all_that_runs_is_pinned(root: Path) -> None:
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    pinned = {canonicalize_name(name): version for name, version in PINNED.findall(text)}
    lines = (root / "requirements.in").read_text(encoding="utf-8").splitlines()
    left = [Requirement(line) for line in lines if line and not line.startswith("#")]
    left.append(Requirement(LOADED_BY_NAME))
    seen: set[str] = set()
    while left:
        asked = left.pop()
        if str(asked) in seen:
            continue
        seen.add(str(asked))
        version = pinned.get(canonicalize_name(asked.name))
        assert version is not None, f"{asked} is not in requirements.txt"
        assert asked.specifier.contains(version, prereleases=True), f"{asked}: {version}"
        left += needed_by(asked)
    assert len(seen) > len(lines)


def test_node_packages_are_pinned_by_hash_and_not_by_address(root: Path) -> None:
    """Whoever has a mirror installs from it; what arrives is the same."""
    asked = json.loads((root / "package.json").read_text(encoding="utf-8"))
    versions = {**asked["dependencies"], **asked["devDependencies"]}
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {path: package for path, package in lock.items() if path}
    assert all("integrity" in package for package in installed.values())
    assert not [path for path, package in installed.items() if "resolved" in package]
    for name, version in versions.items():
        assert installed[f"node_modules/{name}"]["version"] == version
    assert {"dev"} <= installed["node_modules/eslint"].keys(), "pages are built without it"


def test_what_is_installed_is_written_down(root: Path) -> None:
    """Every package that runs, at its version and with a licence, in CycloneDX."""
    pinned = PINNED.findall((root / "requirements.txt").read_text(encoding="utf-8"))
    assert {(canonicalize_name(name), version) for name, version in pinned} <= listed(
        root, "python"
    )
    asked = json.loads((root / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert set(asked.items()) <= listed(root, "pages")


def listed(root: Path, part: str) -> set[tuple[str, str]]:
    """What set-up wrote down and says the licence of: names and versions."""
    path = root / "build" / "sbom" / f"{part}.cdx.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["bomFormat"] == "CycloneDX"
    canonical = {"python": canonicalize_name, "pages": str}[part]
    return {
        (canonical(component["name"]), component["version"])
        for component in document["components"]
        if component["purl"] and component.get("licenses")
    }


def test_the_gate_runs_every_check(root: Path) -> None:
    assert (root / ".ci" / "run").read_text(encoding="utf-8").endswith("\nexec make check\n")
    rules = (root / "Makefile").read_text(encoding="utf-8")
    assert re.search("^check: lint types scripts test ", rules, re.MULTILINE)
