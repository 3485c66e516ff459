# SPDX-License-Identifier: AGPL-3.0-or-later
"""A clock that can be stepped under running processes, by a library that they preload.

Not libfaketime: up to 0.9.10 either the time that passes is stepped with the hour, which no clock
does, or Python's own sleep is an error.
"""

import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.embedded.home import Runner

SOURCE = Path(__file__).with_suffix(".c")


class SteppedClock:
    """The clock, and how far from the true hour it stands."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("stepping the clock of a process needs a C compiler («apt install gcc»)")
        library = folder / "stepped_clock.so"
        command = [compiler, "-Wall", "-Werror", "-O2", "-shared", "-fPIC", "-o", library, SOURCE]
        subprocess.run(command, check=True)
        self._file = folder / "clock"
        self.set(0)
        self.environment = {"LD_PRELOAD": str(library), "STEPPED_CLOCK": str(self._file)}

    def set(self, seconds: int) -> None:
        """Step to so many seconds from the true hour; in place, where processes look at it."""
        self.seconds = seconds
        with self._file.open("r+b" if self._file.exists() else "wb", buffering=0) as file:
            file.write(struct.pack("q", seconds))

    def give_to_all(self, patch: pytest.MonkeyPatch) -> None:
        """Whatever is started from now on goes by it, the embedded servers too."""
        for name, value in self.environment.items():
            patch.setenv(name, value)
        options: Callable[[Runner], dict[str, Any]] = Runner.options

        def with_clock(runner: Runner) -> dict[str, Any]:
            own = options(runner)
            return own | {"env": own["env"] | self.environment}

        patch.setattr(Runner, "options", with_clock)
