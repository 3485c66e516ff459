# SPDX-License-Identifier: AGPL-3.0-or-later
"""Serves one scale of one checkout, with its own Python and its own code, until its input ends.

builds.py runs this file for each of the two builds that it compares, with the other checkout on
PYTHONPATH: every name below is that checkout's, also its schema and what fills it. It writes where
the portal answers as one line of JSON and ends with its input.
"""

import json
import sys

from tests.bench import homes, servers
from tests.bench.scales import SCALES


def main() -> None:
    """Fill the scale if need be, serve it, and wait."""
    with homes.filled(SCALES[sys.argv[1]]) as settings, servers.portal_server(settings) as port:
        place = {
            "port": port,
            "home": str(settings.home),
            "owner_url": str(settings.database_owner_url),
        }
        print(json.dumps(place), flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    main()
