# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demonstration network: six desks, invented people, visits up to today.

It stands above the slices and writes through their actions, as an operator would. Nobody in it
exists: names are drawn from short lists of common ones, so any likeness is chance, and there is no
codice fiscale and no telephone number, which might turn out to be somebody's.
"""

from portal.demo.load import load

__all__ = ["load"]
