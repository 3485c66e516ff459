# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is hidden of new sheets until whoever holds everything published learns no small count.

Small counts first, then what gives them back: the line of the same name, the smallest of the same
table, at last its zeros. At the end each line that was hidden for another's sake is tried again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from portal.reports.disclosure.attack import Memory, learned
from portal.reports.disclosure.relations import Knowledge, Target
from portal.reports.disclosure.sheets import OTHERS, Sheet

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
) -> list[Sheet]:
    """The new sheets of one part, in their order, with what must be hidden; raises Exposed.

    `known` is everything of that part that was told before, to the same audience; `closer` what
    was told besides to whoever reads more, and reads this too.
    """
    memory = memory or Memory()
    before = [*known, *closer]

    def exposed_by(tried: Sequence[Sheet]) -> Iterator[Target]:
        yield from _learned(Knowledge([*known, *tried], members), memory)
        if closer:
            yield from _learned(Knowledge([*before, *tried], members), memory)

    sheets = [one.hiding(_at_first(one, before)) for one in new]
    while exposed := list(exposed_by(sheets)):
        more = _more(exposed, sheets)
        if more is None:
            raise Exposed
        sheets = more
    extra = [one.hidden - _at_first(one, before) for one in sheets]
    return _loosened(sheets, extra, lambda tried: next(exposed_by(tried), None) is None)


def _learned(knowledge: Knowledge, memory: Memory) -> Iterator[Target]:
    sums = [target.sum for target in knowledge.targets]
    return (knowledge.targets[at] for at in learned(knowledge.system, sums, memory))


def _at_first(sheet: Sheet, known: Sequence[Sheet]) -> frozenset[str]:
    """Counts of few persons, and what an earlier edition of the period has hidden."""
    before = [one for one in known if one.window == sheet.window]
    hidden = {code for one in before for code in one.hidden}
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
