# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a network is to read of its desks side by side, from what each of them published."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tests.portal.reports.lists_by_hand import Line, Lists
from tests.portal.reports.recount_of_lists import Known, Nameless, Number
from tests.portal.reports.tables_of_lists import BLANK, Both, Cells, cells, in_all
from tests.portal.reports.windows_by_hand import Window, year_before

SUMS = "network_sum"
SERVICES, USERS = "services", "users"


@dataclass(frozen=True)
class Network:
    """Desks that published a period; of each the period, and the year before if it told it."""

    lists: Lists
    window: Window
    desks: Mapping[str, tuple[Known, Known | None]]

    @cached_property
    def lines(self) -> list[Line]:
        recorded = {
            code for sides in self.desks.values() for side in sides if side
            for code in side.topics or {}
        }  # fmt: skip
        return self.lists.lines((self.window, year_before(self.window)), recorded)

    def _both(self, now: Known, then: Known | None) -> Both:
        before = year_before(self.window)
        return Both(self.lists, self.lines, now, then, self.window, (before,), is_compared=True)

    @property
    def rows(self) -> set[str]:
        """The lines that a list of either period has, whoever published."""
        return {line.key for line in self._both(Known(), None).shown}

    @cached_property
    def hiding(self) -> set[str]:
        """The columns in which a mark may stand: of desks of which something sensitive was asked,
        and so of their sum. In any other each figure is to be read.
        """
        windows = (self.window, year_before(self.window))
        found = {
            slug
            for slug, sides in self.desks.items()
            for window, side in zip(windows, sides, strict=True)
            if side and self._is_sensitive(window, side)
        }
        return found | ({SUMS} if found else set())

    def _is_sensitive(self, window: Window, side: Known) -> bool:
        asked = {code for code, number in (side.topics or {}).items() if number}
        lines = self.lists.lines((window,), asked)
        return any(line.codes & self.lists.sensitive and line.codes & asked for line in lines)

    def columns(self) -> dict[str, dict[str, Cells]]:
        """By desk and row."""
        found = {slug: self._column(self._both(*sides)) for slug, sides in self.desks.items()}
        return found | ({SUMS: self._sums()} if found else {})

    def _column(self, both: Both, varies: Both | None = None, *, may: bool | None = None
    ) -> dict[str, Cells]:  # fmt: skip
        users = both.then.users if both.then else None
        services = cells(in_all(both.now), in_all(both.then), varies=False)
        found = {
            USERS: {"count": both.now.users, "baseline": users},
            SERVICES: services | {"variation": BLANK},
        }
        may = both.are_alike if may is None else may
        beside = varies or both
        for line in both.shown:
            rates = cells(*beside.asked([line]), varies=may and both.is_whole(line))
            found[line.key] = cells(*both.asked([line]), varies=False) | {
                "variation": rates["variation"]
            }
        return found

    def _sums(self) -> dict[str, Cells]:
        """The year before only where each desk has it; variations of those that have both."""
        sides = [*self.desks.values()]
        able = [one for one in sides if self._can_be_compared(*one)]
        now, then = _added([one for one, _then in sides]), [one for _now, one in sides]
        known = [one for one in then if one is not None]
        misses = len(known) < len(then) or any(_is_unknown(one) for one, _then in sides)
        both = self._both(now, None if misses else _added(known))
        if not able:
            return self._column(both, may=False)
        theirs = self._both(
            _added([one for one, _then in able]), _added([one for _now, one in able if one])
        )
        return self._column(both, theirs, may=True)

    def _can_be_compared(self, now: Known, then: Known | None) -> bool:
        is_known = all(
            side and side.users is not None and side.topics is not None and _tells_lines(side)
            for side in (now, then)
        )
        return is_known and self._both(now, then).are_alike


def _tells_lines(side: Known) -> bool:
    nameless = side.nameless
    return nameless is None or not nameless.total or nameless.by_topic is not None


def _is_unknown(side: Known) -> bool:
    return side.users is None and side.topics is None


def _added(sides: Sequence[Known]) -> Known:
    """Users and requests of all desks, each only where every desk knows its own."""
    sides = [one for one in sides if not _is_unknown(one)]
    users = [one.users for one in sides if one.users is not None]
    asked = [one.topics for one in sides if one.topics is not None]
    is_whole = bool(asked) and len(asked) == len(sides)
    return Known(
        users=sum(users) if sides and len(users) == len(sides) else None,
        topics=_by_topic(asked) if is_whole else None,
        nameless=_nameless([one.nameless for one in sides]) if is_whole else None,
    )


def _by_topic(parts: Sequence[Mapping[str, Number]]) -> dict[str, Number]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)


def _nameless(sides: Sequence[Nameless | None]) -> Nameless | None:
    told = [one for one in sides if one is not None]
    if not told:
        return None
    parts = [one.by_topic for one in told if one.by_topic is not None]
    return Nameless(
        sum(one.total for one in told),
        _by_topic(parts) if len(parts) == len(told) else None,
        len(told) == len(sides),
    )


def as_published(side: Known | None) -> Known | None:
    """Users and requests alone."""
    if side is None:
        return None
    return replace(side, sexes=None, visits=None, days=None, months=None)
