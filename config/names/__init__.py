# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names that are one name: variants.csv, described in README.md. Data only."""
