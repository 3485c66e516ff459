# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make bench`: each figure beside its limit; the exit status is 1 when one is missed."""

import argparse
import sys
from collections.abc import Iterator
from importlib import import_module
from operator import ge, le
from pathlib import Path
from typing import NamedTuple

from portal.app import create_app
from tests.bench import bench_report, builds, operations, rounds
from tests.bench.bench import INTAKE, SEARCH, Bench, opened, side_by_side
from tests.bench.builds import Build
from tests.bench.rounds import Pair
from tests.bench.scales import SCALES, DeskSize, largest_desk, median_desk

FLOOR_LIMITS = {SEARCH: 3.0, INTAKE: 2.5}
"""Goals; as long as the portal is beyond them, the bench says so and exits with 1."""
SCALE_LIMIT = 1.2
BUILD_LIMIT = 1.05
RELAZIONE_LIMIT = 0.5
"""Of what it took in e0434d0, the build of 26 November."""
SECTIONS_LIMITS = (150.0, 3000.0)
PATIENCE_SECONDS = 600
NAMES = {SEARCH: "Ricerca mentre si scrive", INTAKE: "Registrare un accesso, con la pagina"}
OPERATORS = {"<=": le, ">=": ge}


class Figure(NamedTuple):
    """What was measured, beside its limit."""

    name: str
    value: float
    limit: float
    op: str = "<="
    detail: str = ""

    @property
    def is_met(self) -> bool:
        return bool(OPERATORS[self.op](self.value, self.limit))

    @property
    def verdict(self) -> str:
        missed = "oltre il limite" if self.op == "<=" else "sotto il limite"
        return "sì" if self.is_met else missed


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("scale", choices=("S", "M", "L"))
    parser.add_argument("--requests", type=int, default=rounds.REQUESTS)
    parser.add_argument("--only", choices=(SEARCH, INTAKE, "candidates", "report"))
    parser.add_argument("--against", type=Path, help="another checkout, with its .venv")
    chosen = parser.parse_args()
    if chosen.against and not builds.is_ready(chosen.against):
        parser.error(f"{chosen.against}: no checkout with its .venv")
    figures = list(_measured(chosen))
    missed = [figure for figure in figures if not figure.is_met]
    _say(f"{len(figures) - len(missed)} su {len(figures)} nei limiti.")
    return 1 if missed else 0


def _measured(chosen: argparse.Namespace) -> Iterator[Figure]:
    scale = SCALES[chosen.scale]
    operations = [name for name in (SEARCH, INTAKE) if chosen.only in (None, name)]
    if chosen.against:
        with builds.both(scale, chosen.against.resolve()) as both:
            yield from _against_another_build(*both, operations, chosen.requests)
            if chosen.only in (None, "report"):
                yield from _relazioni_of_builds(*both)
        return
    if chosen.only != "candidates":
        with opened(scale) as bench:
            yield from _against_the_floor(bench, operations, chosen.requests)
            if chosen.scale == "L":
                yield from _against_fewer_desks(bench, operations, chosen.requests)
            if chosen.only in (None, "report"):
                yield from _reports(bench)
    if chosen.only in (None, "candidates") and chosen.scale != "L":
        found = import_module("tests.bench.bench_candidates").figures()
        yield from [_said(Figure(*figure[:4])) for figure in found]


def _against_the_floor(bench: Bench, operations: list[str], requests: int) -> list[Figure]:
    figures = []
    for operation in operations:
        for place, size in _places(bench):
            pair = bench.measure(operation, size, requests)
            name = f"{NAMES[operation]}, {place}"
            _say(f"Pavimento: p50 {pair.other.p50:.2f} ms, p95 {pair.other.p95:.2f}. {name}")
            detail = f"portale p50 {pair.one.p50:.2f} ms, p95 {pair.one.p95:.2f}"
            figures.append(_said(Figure(name, pair.ratio, FLOOR_LIMITS[operation], detail=detail)))
    return figures


def _against_another_build(
    this: Build, other: Build, operations: list[str], requests: int
) -> Iterator[Figure]:
    """This checkout and another, asked in turn."""
    for operation in operations:
        for place, size in _places(this):
            pair = side_by_side(this, other, operation, (size, size), requests)
            yield _beside(f"{NAMES[operation]}, {place}", pair, BUILD_LIMIT)


def _relazioni_of_builds(this: Build, other: Build) -> Iterator[Figure]:
    """A relazione with its sections, by this checkout and by another in turn."""
    for place, size in _places(this):
        pair = builds.composed_in_turn(this, other, size)
        yield _beside(f"Relazione, ogni sezione, {place}", pair, RELAZIONE_LIMIT)


def _beside(name: str, pair: Pair, limit: float) -> Figure:
    rounded = ", ".join(f"{ratio:.3f}" for ratio in pair.ratios)
    detail = f"p50 {pair.one.p50:.2f} ms, l’altra {pair.other.p50:.2f}; giri {rounded}"
    return _said(Figure(f"{name}, contro l’altra versione", pair.ratio, limit, detail=detail))


def _places(bench: Bench) -> list[tuple[str, DeskSize]]:
    """The median desk and the largest, by the words that name them."""
    places = [("mediano", median_desk(bench.sizes)), ("più grande", largest_desk(bench.sizes))]
    return [
        (f"{bench.scale.name}, sportello {word} ({size.people})", size) for word, size in places
    ]


def _reports(bench: Bench) -> list[Figure]:
    """A relazione at the median desk and at the largest: milliseconds."""
    figures = []
    # A statement that is too slow is measured to its end, not interrupted as a page's would be.
    app = create_app(bench.settings, patience_seconds=PATIENCE_SECONDS)
    for (place, size), limit in zip(_places(bench), SECTIONS_LIMITS, strict=True):
        desk = operations.signed_in(bench.connection, size.slug)
        for one in bench_report.figures(app, desk.id, place, sections_limit=limit):
            detail = f"millisecondi; una su dieci oltre {one.p90:.1f}"
            figures.append(_said(Figure(one.name, one.median, one.limit, detail=detail)))
    return figures


def _against_fewer_desks(bench: Bench, operations: list[str], requests: int) -> list[Figure]:
    """The same desk among 7,896 and among 33, asked in turn."""
    figures = []
    with opened(SCALES["M"]) as fewer:
        for operation in operations:
            pair = side_by_side(bench, fewer, operation, (_equal(bench), _equal(fewer)), requests)
            detail = f"p50 L {pair.one.p50:.2f} ms, M {pair.other.p50:.2f} ms"
            name = f"{NAMES[operation]}, L/M, sportello uguale"
            figures.append(_said(Figure(name, pair.ratio, SCALE_LIMIT, detail=detail)))
    return figures


def _equal(bench: Bench) -> DeskSize:
    return next(size for size in bench.sizes if size.slug == "pari")


def _said(figure: Figure) -> Figure:
    limit = f"{figure.op} {figure.limit:g}"
    _say(f"{figure.verdict:15}  {figure.value:6.2f}  ({limit})  {figure.name}")
    if figure.detail:
        _say(f"{'':17}{figure.detail}")
    return figure


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


sys.exit(main())
