# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many examples hypothesis draws where one takes long; the profiles are in conftest.py."""

from hypothesis import settings


def slow() -> settings:
    """A quarter of the profile's: 25 in each run, 125 in `make test-all`."""
    default = settings.default
    assert default is not None
    return settings(default, max_examples=default.max_examples // 4)
