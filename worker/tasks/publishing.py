# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures for the network, and the network's own comparison."""
