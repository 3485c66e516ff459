# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits and their enquiries: who came, when, how, and what was asked. Tells figures what changed."""
