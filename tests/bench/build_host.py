# SPDX-License-Identifier: AGPL-3.0-or-later
"""Serves one scale of one checkout, with its own Python and its own code, until its input ends.

builds.py runs this file for each of the two builds that it compares, with the other checkout on
PYTHONPATH: every name below is that checkout's, also its schema and what fills it. It writes where
the portal answers as one line of JSON; then, for each line of its input, which names a desk, the
milliseconds that the desk's relazione takes.
"""

import json
import sys
from uuid import UUID

from flask import Flask

from portal.app import create_app
from tests.bench import bench_report, homes, servers
from tests.bench.scales import SCALES

PATIENCE_SECONDS = 600


def main() -> None:
    """Fill the scale if need be, serve it, and wait."""
    with homes.filled(SCALES[sys.argv[1]]) as settings, servers.portal_server(settings) as port:
        place = {
            "port": port,
            "home": str(settings.home),
            "owner_url": str(settings.database_owner_url),
        }
        print(json.dumps(place), flush=True)  # noqa: T201
        app = create_app(settings, patience_seconds=PATIENCE_SECONDS)
        for line in sys.stdin:
            print(_relazione(app, UUID(line.strip())), flush=True)  # noqa: T201


def _relazione(app: Flask, desk_id: UUID) -> float:
    """Milliseconds, the median of several; an older build has only the figures of its own bench."""
    # The first of these is not asked for here: as few times as there can be.
    bench_report.TIMES["rollup"] = 2
    figures = bench_report.figures(app, desk_id, "", sections_limit=0)
    return next(one.median for one in figures if one.name.startswith("Relazione"))


if __name__ == "__main__":
    main()
