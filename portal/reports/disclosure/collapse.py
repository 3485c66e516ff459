# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small groups told together («Altre cittadinanze») before any number is hidden."""

from collections.abc import Collection, Mapping

from portal.reports.disclosure.sheets import LEAST

MOST_LINES = 10


def lumped(
    now: Mapping[str, int],
    *,
    also: Mapping[str, int] | None = None,
    before: Collection[str] = (),
    always_listed: Collection[str] = ("",),
) -> frozenset[str]:
    """The codes that have no line of their own: those of few persons, and beyond the tenth.

    `also` are the counts of the earlier period beside: both are told in the same lines. What was
    told among the others once (`before`) stays there. A group of others that is itself too small
    takes in the smallest line.
    """
    codes = {code for code in {**now, **(also or {})} if code not in always_listed}
    in_order = sorted(codes, key=lambda code: (-now.get(code, 0), code))
    listed = [code for code in in_order if now.get(code, 0) >= LEAST and code not in before]
    listed = listed[:MOST_LINES]
    while listed and 0 < sum(now.get(code, 0) for code in codes.difference(listed)) < LEAST:
        listed.pop()
    return frozenset(codes.difference(listed))
