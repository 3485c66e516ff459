# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits and their enquiries: who came, when, how, what was asked. Tells figures what changed."""
