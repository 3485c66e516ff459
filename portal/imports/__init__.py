# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files in: visits and past totals from CSV, all or nothing; a dry run is the same code."""
