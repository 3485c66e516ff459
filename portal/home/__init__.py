# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first page of each role, and the pages that belong to no desk."""
