# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of the counter, one module for each noun. No database."""
