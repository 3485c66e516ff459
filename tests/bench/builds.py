# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two builds of the portal in one run: this checkout and another, each on data of its own.

Each is filled and migrated by its own code into a home of its own, from the same seed, so that an
older schema is no matter. Both are served and asked in the same way; only the build differs.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from config.settings import load_settings
from tests.bench import homes
from tests.bench.bench import Bench, before
from tests.bench.scales import Scale

HOST = Path(__file__).with_name("build_host.py")
PYTHON = Path(".venv", "bin", "python")


def is_ready(checkout: Path) -> bool:
    """Whether this is a checkout that can serve itself."""
    return (checkout / PYTHON).exists() and (checkout / "tests" / "bench" / "homes.py").exists()


@contextmanager
def both(scale: Scale, checkout: Path) -> Iterator[tuple[Bench, Bench]]:
    """This build and the one of another checkout, whose .venv is ready."""
    with _opened(scale, homes.ROOT, "this") as this, _opened(scale, checkout, "other") as other:
        yield this, other


@contextmanager
def _opened(scale: Scale, checkout: Path, name: str) -> Iterator[Bench]:
    """The bench before a build's portal, as its own process says where that is."""
    home = homes.folder() / "builds" / name
    home.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "PYTHONPATH": str(checkout),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PORTAL_BENCH_HOME": str(home),
    }
    # -P: this file's own folder must not come before the other checkout.
    command = [str(checkout / PYTHON), "-P", str(HOST), scale.name]
    host = subprocess.Popen(command, cwd=checkout, env=environment, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    try:
        place = _place(host)
        settings = replace(
            load_settings({"PORTAL_HOME": place["home"]}), database_owner_url=place["owner_url"]
        )
        with before(scale, settings, place["port"]) as bench:
            yield bench
    finally:
        # The end of its input is its sign to stop the servers.
        host.communicate(timeout=120)


def _place(host: subprocess.Popen[str]) -> dict[str, Any]:
    """The line of JSON; what comes before it says how the filling goes on."""
    for line in host.stdout or ():
        if line.startswith("{"):
            place: dict[str, Any] = json.loads(line)
            return place
        print(line, end="", flush=True)  # noqa: T201
    raise RuntimeError("the other build did not start")
