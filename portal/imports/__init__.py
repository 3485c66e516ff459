# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files in: visits and past totals from CSV, all or nothing, with a dry run that is the same code."""
