# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sportelli: one portal for a network of municipal desks that serve foreign citizens."""

__version__ = "0.1.0"
