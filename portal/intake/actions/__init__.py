# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of the intake, one module for each noun."""
