# SPDX-License-Identifier: AGPL-3.0-or-later
"""The persons whom one desk knows: names, birth, citizenships, residence, documents.

Not what they asked for (visits), nor who else might be the same person (intake).
"""
