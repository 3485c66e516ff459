# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything under «persone»: the list, a person's card, merging, what a person may ask for."""
