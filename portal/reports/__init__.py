# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relazione: a period's figures beside a baseline, as one value for page and files."""
