# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roll-up: one row for each desk and named period, exact after every change.

It also keeps past totals, a period's figures from before the software. What the figures mean, and
how two periods compare, is said in reports.
"""
