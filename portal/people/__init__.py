# SPDX-License-Identifier: AGPL-3.0-or-later
"""The persons whom one desk knows: names, birth, citizenships, residence, documents.

Not what they asked for (visits), nor their pages (person_pages), which show both.
"""
