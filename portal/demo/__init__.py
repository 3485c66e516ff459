# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demonstration network: six desks, invented people, visits up to today.

All are asked alike, in every year. What differs is meant: one desk has a story to tell
(visits.STORY), one tallies most of what it is asked, one is late, one has no earlier year
(places.py).

It stands above the slices and writes through their actions, as an operator would. Nobody in it
exists: names are drawn from short lists of common ones, so any likeness is chance, and there is no
codice fiscale and no telephone number, which might turn out to be somebody's.
"""

from portal.demo.load import load

__all__ = ["load"]
