# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a change, or a desk, differs from the rest by more than chance. Pure: no Flask, no SQL.

The reasons, and the simulations behind them, are in docs/decisioni/0013-caso-o-cambiamento.md.
"""

from portal.reports.inference.changes import compare
from portal.reports.inference.funnel import Funnel, Standing, Where, funnel
from portal.reports.inference.values import (
    Basis,
    Change,
    Finding,
    Histogram,
    Inference,
    Side,
)

__all__ = [
    "Basis",
    "Change",
    "Finding",
    "Funnel",
    "Histogram",
    "Inference",
    "Side",
    "Standing",
    "Where",
    "compare",
    "funnel",
]
