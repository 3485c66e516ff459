# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.trust [--fast]`: answer every question of the page, one after the other.

Fast: most of what an ordinary run answers, on all processors. The whole takes its time: what is
measured has the machine to itself. Anything else goes to pytest.
"""

import subprocess
import sys
from collections.abc import Sequence

from tests.trust.page import QUESTIONS

FAST = ("-n", "3", "--dist", "worksteal")
WHOLE = ("-m", "")
# As much time as the others together; an ordinary run has them on its page.
NOT_FAST = (
    "tests/mutants/",
    "tests/conformance/test_limits.py",
    "tests/trust/test_slow_visitors.py",
    "tests/trust/test_two_editors.py",
)


def command(arguments: Sequence[str]) -> list[str]:
    fast = "--fast" in arguments
    places = [place for places in QUESTIONS.values() for place in places]
    if fast:
        places = [place for place in places if place not in NOT_FAST]
    how = FAST if fast else WHOLE
    more = [argument for argument in arguments if argument != "--fast"]
    return [sys.executable, "-m", "pytest", "--trust", *how, *more, *places]


if __name__ == "__main__":
    sys.exit(subprocess.run(command(sys.argv[1:])).returncode)
