# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two servers asked in turn by one client, so that whatever else the machine does hits both."""

import http.client
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from tests.bench.operations import Asked

REQUESTS = 1_000
ROUNDS = 3
BLOCK = 40
"""After so many requests to each what they wrote is swept away: a desk has no busier day."""
Ask = Callable[[int], float]
Sweep = Callable[[], None]


@dataclass(frozen=True)
class Times:
    """Milliseconds of one side in one round."""

    p50: float
    p95: float


@dataclass(frozen=True)
class Pair:
    """Both sides, the median of the rounds, and how many times the other the one took in each."""

    one: Times
    other: Times
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.ratios)


class Caller:
    """A connection that is kept open, as browsers do."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, path: str, body: bytes, headers: dict[str, str]) -> float:
        """Milliseconds to the last byte of the answer, which must be one of success."""
        try:
            return self._ask(path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # A server closes what was silent for some seconds; the next request opens it again.
            self._connection.close()
            return self._ask(path, body, headers)

    def _ask(self, path: str, body: bytes, headers: dict[str, str]) -> float:
        began = time.perf_counter()
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        took = time.perf_counter() - began
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status} {content[:300]!r}")
        return 1000 * took


def asker(port: int, asked: Sequence[Asked]) -> Ask:
    """Ask a server the n-th request, with a new token."""
    caller = Caller(port)

    def ask(number: int) -> float:
        one = asked[number % len(asked)]
        return caller.ask(one.path, one.body(), dict(one.headers))

    return ask


def compare(
    one: Ask, other: Ask, sweep: Sweep, requests: int = REQUESTS, *, warming: int = 2 * BLOCK
) -> Pair:
    """Ask both in turn, each first every other time; not counted while they are warming up."""
    for number in range(warming):
        one(number), other(number)
    rounds = [_round(one, other, sweep, requests) for _number in range(ROUNDS)]
    return Pair(
        _median([first for first, _second in rounds]),
        _median([second for _first, second in rounds]),
        tuple(first.p50 / second.p50 for first, second in rounds),
    )


def _round(one: Ask, other: Ask, sweep: Sweep, requests: int) -> tuple[Times, Times]:
    first: list[float] = []
    second: list[float] = []
    for number in range(requests):
        if number % BLOCK == 0:
            sweep()
            one(number), other(number)
        sides = [(first, one), (second, other)]
        for times, ask in sides if number % 2 else reversed(sides):
            times.append(ask(number))
    sweep()
    return _times(first), _times(second)


def _times(taken: list[float]) -> Times:
    return Times(median(taken), quantiles(taken, n=20)[-1])


def _median(rounds: list[Times]) -> Times:
    return Times(median(one.p50 for one in rounds), median(one.p95 for one in rounds))
