# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tables of a relazione are to hold, from figures counted a second time.

By table, row and column. None is «n.d.»: what is missing is never zero.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.portal.reports.lists_by_hand import Line, Lists
from tests.portal.reports.random_desks import Desk
from tests.portal.reports.recount_of_lists import (
    Known,
    NotKnown,
    Number,
    are_alike,
    count,
    difference,
    mean,
    rate,
)
from tests.portal.reports.windows_by_hand import Window, in_month, month_of, windows_of

Cells = dict[str, Any]
Tables = dict[str, dict[str, Cells]]
OTHERS = "Altre richieste (non previste nel prospetto storico)"
BLANK, SILENT = "", "—"


@dataclass(frozen=True)
class Asked:
    """The requests of some lines in one window; those of users are of `of_users`."""

    number: Number
    nameless: Number | None
    of_users: Number | None
    users: Number | None


@dataclass(frozen=True)
class Both:
    """A window and the earlier ones as one, told on the same lines."""

    lists: Lists
    lines: Sequence[Line]
    now: Known
    then: Known | None
    window: Window
    earlier: tuple[Window, ...]
    """Those of which something is known."""
    is_compared: bool

    def exists(self, line: Line) -> tuple[bool, bool]:
        """In the window, and in each of the earlier ones."""
        then = all(self.lists.exists(line, one) for one in self.earlier)
        return self.lists.exists(line, self.window), bool(self.earlier) and then

    def is_whole(self, line: Line) -> bool:
        return all(self.lists.is_whole(line, one) for one in (self.window, *self.earlier))

    @property
    def shown(self) -> list[Line]:
        return [line for line in self.lines if any(self.exists(line))]

    @property
    def are_alike(self) -> bool:
        return are_alike(self.now, self.then)

    def early(self) -> tuple[Number, Number]:
        """Requests of what could not be marked then: in the total alone."""
        sides: list[Number] = []
        for place, side in enumerate((self.now, self.then)):
            topics = (side.topics if side else None) or {}
            lines = [line for line in self.lines if not self.exists(line)[place]]
            sides.append(sum(topics.get(code, 0) for line in lines for code in line.codes))
        return sides[0], sides[1]

    def asked(self, lines: Collection[Line]) -> tuple[Asked | None, Asked | None]:
        """The lines together, in the window and before, as far as they were there."""
        there = [[line for line in lines if self.exists(line)[place]] for place in (0, 1)]
        now, then = (
            asked_of(side, [code for line in some for code in line.codes]) if some else None
            for side, some in zip((self.now, self.then), there, strict=True)
        )
        return now, then


def asked_of(side: Known | None, codes: Collection[str]) -> Asked | None:
    """None where requests were not written down."""
    if side is None or side.topics is None:
        return None
    nameless = side.nameless.of(codes) if side.nameless and side.tells else None
    number = sum(side.topics.get(code, 0) for code in codes)
    return Asked(number, nameless, side.of_users(codes), side.users)


def in_all(side: Known | None) -> Asked | None:
    if side is None or side.services is None:
        return None
    nameless = side.nameless.total if side.nameless and side.tells else None
    return Asked(side.services, nameless, side.services_of_users, side.users)


def cells(now: Asked | None, then: Asked | None, *, varies: bool) -> Cells:
    rates = [rate(one.of_users, one.users) if one else None for one in (now, then)]
    return {
        "count": now.number if now else None,
        "baseline": then.number if then else None,
        "nameless": now.nameless if now else None,
        "baseline_nameless": then.nameless if then else None,
        "incidence": rates[0],
        "baseline_incidence": rates[1],
        "variation": difference(*rates) if varies else None,
    }


def both_of(desk: Desk, lists: Lists, question: tuple[str, str | None], today: date) -> Both:
    """What a desk is asked, counted. Raises NotKnown."""
    window, earlier = windows_of(*question, today)
    now = count(desk, window)
    sides: dict[Window, Known] = {}
    for one in earlier:
        try:
            known = count(desk, one)
        except NotKnown:
            continue
        if not known.is_nothing:
            sides[one] = known
    found = [*sides.values()]
    then = (mean(found) if len(earlier) > 1 else found[0]) if found else None
    recorded = {code for side in (now, then) if side for code in side.recorded}
    lines = lists.lines((window, *earlier), recorded)
    return Both(lists, lines, now, then, window, tuple(sides), bool(earlier))


def topics(both: Both) -> dict[str, Cells]:
    """By line, and below each `line/topic`; the total last."""
    found: dict[str, Cells] = {}
    for line in both.shown:
        varies = both.are_alike and both.is_whole(line)
        now, then = both.asked([line])
        found[line.key] = {"label": line.label} | cells(now, then, varies=varies)
        for code in _parts(both, line):
            found[f"{line.key}/{code}"] = _part(both, line, code)
    whole = cells(in_all(both.now), in_all(both.then), varies=False)
    found["totale"] = {"label": "Totale"} | whole | {"variation": BLANK}
    return found


def _sides(both: Both, line: Line) -> list[Known | None]:
    exists = both.exists(line)
    return [side if there else None
            for side, there in zip((both.now, both.then), exists, strict=True)]  # fmt: skip


def _parts(both: Both, line: Line) -> list[str]:
    """The topics that were asked, unless that is all of the line."""
    sides = [side for side in _sides(both, line) if side]
    asked = [code for code in line.codes if any(code in side.recorded for side in sides)]
    return asked if [code for code in asked if code != line.key] else []


def _part(both: Both, line: Line, code: str) -> Cells:
    """Between different lists it has no variation: it held other things."""
    lists, sides = both.lists, []
    windows = ((both.window,), both.earlier)
    for side, some in zip(_sides(both, line), windows, strict=True):
        listed = all(lists.has_in(code, one) for one in some)
        is_told = side is not None and (listed or code in side.recorded)
        sides.append(asked_of(side, [code]) if is_told else None)
    in_force = set[int]().union(*(lists.in_force(one) for one in (both.window, *both.earlier)))
    label = lists.newest(code).label + (", senza dettaglio" if lists.has_parts(code) else "")
    varies = both.are_alike and len(in_force) == 1
    return {"label": label} | cells(sides[0], sides[1], varies=varies)


def groups(both: Both) -> dict[str, Cells]:
    """The lines by their heading."""
    found: dict[str, Cells] = {}
    for key in {line.group for line in both.shown}:
        lines = [line for line in both.shown if line.group == key]
        found[key] = {"label": both.lists.groups[key]} | together(both, lines)
    total = cells(in_all(both.now), in_all(both.then), varies=False) | {"variation": BLANK}
    return found | {"totale": {"label": "Totale"} | total}


def together(both: Both, lines: Collection[Line]) -> Cells:
    """Several lines as one: a variation where every line that was asked has one, and some has."""
    asked = [line for line in lines if any(one and one.number for one in both.asked([line]))]
    whole = [line for line in lines if both.is_whole(line)]
    varies = both.are_alike and bool(whole) and {*asked} <= {*whole}
    return cells(*both.asked(lines), varies=varies)


def prospetto(both: Both) -> list[Cells]:
    """The old table: its rows in their order, what it does not foresee, and the totals."""
    found = []
    for row, label in both.lists.prospetto():
        lines = [line for line in both.lines if line.row == row]
        found.append({"label": label} | _on_row(both, lines))
    others = [
        line
        for line in both.lines
        if line.row is None and any(one and one.number for one in both.asked([line]))
    ]
    if others:
        found.append({"label": OTHERS} | _on_row(both, others))
    now, then = in_all(both.now), in_all(both.then)
    total = cells(now, then, varies=False)
    found.append({"label": "Importo Totale"} | total | {"variation": BLANK})
    if any(columns_of_nameless(both)):
        found.append(
            {
                "label": "di cui senza nome",
                "count": total["nameless"],
                "baseline": total["baseline_nameless"],
                "variation": BLANK,
            }
        )
    return found


def _on_row(both: Both, lines: Collection[Line]) -> Cells:
    return cells(
        *both.asked(lines), varies=both.are_alike and all(both.is_whole(line) for line in lines)
    )


def columns_of_nameless(both: Both) -> tuple[bool, bool]:
    """Whether there are some, in the window and before, as far as that is told."""
    now, then = (
        bool(side and side.tells and side.nameless and side.nameless.total)
        for side in (both.now, both.then)
    )
    return now, then


def columns(both: Both) -> set[str]:
    """Those that the table of topics has."""
    now, then = columns_of_nameless(both)
    compared = {"baseline", "baseline_incidence", "variation"} if both.is_compared else set()
    return {
        *("label", "count", "incidence"),
        *compared,
        *(["nameless"] if now else []),
        *(["baseline_nameless"] if then and both.is_compared else []),
    }


def tables(both: Both) -> Tables:
    """Every table that is counted here; of a window in which nothing was recorded, none."""
    if both.now.users is None and both.now.topics is None:
        return {}
    found = {"richieste": topics(both), "gruppi": groups(both), "sexes": _sexes(both)}
    if both.now.months is not None:
        found["months"], found["opening"] = _months(both), _opening(both)
    return {
        table: {row: _only(line, _kept(both, table)) for row, line in rows.items()}
        for table, rows in found.items()
    }


def _kept(both: Both, table: str) -> set[str] | None:
    if table in ("richieste", "gruppi"):
        return columns(both)
    return None


def _only(line: Cells, names: set[str] | None) -> Cells:
    return line if names is None else {name: line[name] for name in line if name in names}


def _sexes(both: Both) -> dict[str, Cells]:
    sides = [side.sexes if side else None for side in (both.now, both.then)]
    found = {}
    for sex in "FMXN":
        now, then = (None if side is None else side.get(sex, 0) for side in sides)
        if sex != "X" or now or then:
            found[sex] = _divided(both, now, rate(now, both.now.users), then)
    users = both.now.users
    found["totale"] = _divided(
        both, users, rate(users, users), both.then.users if both.then else None
    )
    return found


def _divided(both: Both, now: Any, share: Fraction | None, then: Any) -> Cells:
    earlier = {"users_baseline": then} if both.is_compared else {}
    return {"users": now, "share": share} | earlier


def _months(both: Both) -> dict[str, Cells]:
    """Of a month in which nobody came there is no number."""
    months, before = both.now.months or (), both.then and both.then.months
    nothing: Sequence[Any] = [None] * len(months)
    beside = before if before and len(before) == len(months) else nothing
    first = month_of(both.window.first)
    found = {
        f"{in_month(first + place, 1):%Y-%m}": _month(both, now, then)
        for place, (now, then) in enumerate(zip(months, beside, strict=True))
    }
    sides = [
        (side.visits, side.services) if side else (None, None) for side in (both.now, both.then)
    ]
    return found | {"totale": _visits(both, *sides)}


def _month(both: Both, now: Any, then: Any) -> Cells:
    sides = [
        (None, None) if one is None else one if one[0] else (SILENT, SILENT) for one in (now, then)
    ]
    return _visits(both, *sides)


def _visits(both: Both, now: Any, then: Any) -> Cells:
    found = {"visits": now[0], "enquiries": now[1]}
    if both.is_compared:
        found |= {"visits_baseline": then[0], "enquiries_baseline": then[1]}
    return found


def _opening(both: Both) -> dict[str, Cells]:
    sides: Mapping[str, Known | None] = {"now": both.now, "then": both.then}
    return {
        key: _a_day(side or Known())
        for key, side in sides.items()
        if key == "now" or both.is_compared
    }


def _a_day(side: Known) -> Cells:
    days = side.days
    visits, services = (
        None if number is None or not days else Fraction(number) / days
        for number in (side.visits, side.services)
    )
    return {
        "days": days,
        "visits": side.visits,
        "visits_a_day": visits,
        "enquiries_a_day": services,
    }
