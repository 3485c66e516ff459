# SPDX-License-Identifier: AGPL-3.0-or-later
"""Databases as earlier builds left them: their dumps, and what writes one of today's build."""

from pathlib import Path

DUMPS = Path(__file__).parents[1] / "fixtures/builds"
BUILDS = tuple(sorted(path.stem for path in DUMPS.glob("*.sql")))
