# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is hidden of new sheets until whoever holds everything published learns no small count.

Small counts first, then what gives them back: the line of the same name, the smallest of the same
table, at last its zeros. At the end each line that was hidden for another's sake is tried again.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain

from portal.reports.disclosure.attack import Memory, learned
from portal.reports.disclosure.relations import Knowledge, Target
from portal.reports.disclosure.sheets import ADDITIVE, OTHERS, Sheet, together

Members = Mapping[str, Sequence[str]]


class Exposed(Exception):
    """Nothing is left to hide, and a count of few persons can still be calculated."""


def protect(
    new: Sequence[Sheet],
    known: Sequence[Sheet],
    members: Members | None = None,
    memory: Memory | None = None,
    *,
    closer: Sequence[Sheet] = (),
    hidden_before: Sequence[Sheet] | None = None,
) -> list[Sheet]:
    """The new sheets of one part, in their order, with what must be hidden; raises Exposed.

    `known` is everything of that part that was told before, to the same audience; `closer` what
    was told besides to the network, which reads this too and may know more of it. What
    `hidden_before` hides stays hidden: of everything, if they are not said.
    """
    memory = memory or Memory()
    before = [*known, *closer] if hidden_before is None else hidden_before
    readers = [_Reader(known, new, members, memory)]
    if closer:
        both = together([replace(sheet, floor=_floor(sheet)) for sheet in (*known, *closer)])
        theirs = [replace(sheet, floor=_floor(sheet)) for sheet in new]
        readers.append(_Reader(both, theirs, members, memory))

    def exposed_by(tried: Sequence[Sheet]) -> Iterator[Target]:
        return chain.from_iterable(reader.learns(tried) for reader in readers)

    first = [sheet.hiding(_at_first(sheet, before)) for sheet in new]
    sheets = first
    while exposed := list(exposed_by(sheets)):
        more = _more(exposed, sheets)
        if more is None:
            raise Exposed
        sheets = more
    extra = [sheet.hidden - at_first.hidden for sheet, at_first in zip(sheets, first, strict=True)]
    return _loosened(sheets, extra, lambda tried: next(exposed_by(tried), None) is None)


def _floor(sheet: Sheet) -> int:
    """Of the enquiries a network may know every one whose topic is not sensitive."""
    return 1 if sheet.part in ADDITIVE else sheet.floor


class _Reader:
    """Somebody who holds what was told before, and what they make of the new sheets."""

    def __init__(
        self,
        known: Sequence[Sheet],
        new: Sequence[Sheet],
        members: Members | None,
        memory: Memory,
    ) -> None:
        self._known, self._members, self._memory = known, members, memory
        self._floors = [sheet.floor for sheet in new]
        self._untold = [replace(sheet, is_told=False) for sheet in new]

    def learns(self, tried: Sequence[Sheet]) -> Iterator[Target]:
        """What the new sheets give away; what was known without them is no secret of theirs."""
        pairs = zip(tried, self._floors, strict=True)
        targets, found = self._attack([replace(sheet, floor=floor) for sheet, floor in pairs])
        return (
            targets[at]
            for at in found
            if at not in self._known_of_new and _said_of(targets[at]) not in self._known_before
        )

    @cached_property
    def _known_before(self) -> frozenset[Hashable]:
        """Earlier counts that earlier sheets have given away."""
        targets, found = self._attack([])
        return frozenset(_said_of(targets[at]) for at in found)

    @cached_property
    def _known_of_new(self) -> frozenset[int]:
        """Counts of the new sheets that the earlier ones give, whatever is told of these."""
        names = {sheet.name for sheet in self._untold}
        targets, found = self._attack(self._untold) if self._known else ([], iter(()))
        return frozenset(at for at in found if targets[at].sheet.name in names)

    def _attack(self, sheets: Sequence[Sheet]) -> tuple[list[Target], Iterator[int]]:
        knowledge = Knowledge([*self._known, *sheets], self._members)
        sums = [target.sum for target in knowledge.targets]
        return knowledge.targets, learned(knowledge.system, sums, self._memory)


def _said_of(target: Target) -> Hashable:
    """Which count it is, and what is known of it."""
    terms = frozenset(target.sum.terms.items())
    return target.sheet.name, target.code, terms, target.sum.known


def _at_first(sheet: Sheet, known: Sequence[Sheet]) -> frozenset[str]:
    """Counts of few persons, and what an earlier edition of the period has hidden."""
    before = [earlier for earlier in known if earlier.window == sheet.window]
    hidden = {code for earlier in before for code in earlier.hidden}
    return frozenset(code for code in sheet.told if code in hidden or sheet.is_protected(code))


def _more(exposed: Sequence[Target], sheets: Sequence[Sheet]) -> list[Sheet] | None:
    """The sheets with one more line hidden in each that gives something back."""
    hidden: list[Sheet] = list(sheets)
    changed = False
    for target in exposed:
        at = _where(target, hidden)
        code = None if at is None else _next(target, hidden[at])
        if at is not None and code is not None and hidden[at] is sheets[at]:
            hidden[at], changed = hidden[at].hiding(frozenset({code})), True
    return hidden if changed else None


def _where(target: Target, sheets: Sequence[Sheet]) -> int | None:
    """The new sheet to hide more of: the target's own, or else the one that says most of it."""
    own = [n for n, one in enumerate(sheets) if one.window == target.sheet.window
           and one.moment == target.sheet.moment]  # fmt: skip
    same = [n for n, one in enumerate(sheets) if _shows(one, target.code)]
    any_left = [n for n, one in enumerate(sheets) if _next(target, one) is not None]
    return next((n for n in (*own, *same, *any_left) if _next(target, sheets[n]) is not None), None)


def _shows(sheet: Sheet, code: str) -> bool:
    return sheet.told.get(code, 0) > 0 and code not in sheet.hidden


def _next(target: Target, sheet: Sheet) -> str | None:
    """The line to hide next for a target's sake: its own, the smallest, at last a zero."""
    left = [code for code in sheet.told if code not in sheet.hidden]
    own = target.code if target.code not in sheet.lump else OTHERS
    if own in left:
        return own
    return min(left, key=lambda code: (not sheet.told[code], sheet.told[code]), default=None)


def _loosened(
    sheets: list[Sheet],
    extra: Sequence[frozenset[str]],
    is_safe: Callable[[Sequence[Sheet]], bool],
) -> list[Sheet]:
    """Show again, the largest first, what was hidden for others' sake and need not be after all."""
    for at, sheet in enumerate(sheets):
        for code in sorted(extra[at], key=lambda code: -sheet.told[code]):
            shown = replace(sheets[at], hidden=sheets[at].hidden - {code})
            tried = [*sheets[:at], shown, *sheets[at + 1 :]]
            if is_safe(tried):
                sheets = tried
    return sheets
