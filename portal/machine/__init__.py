# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine that the portal runs on, and what whoever governs it is to know."""
