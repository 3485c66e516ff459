# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Italy writes in its own way: numbers, dates, periods, places, tax codes."""
