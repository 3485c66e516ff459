# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk's files say, read without a database: cells, persons, visits, past totals."""
