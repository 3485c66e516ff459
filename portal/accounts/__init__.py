# SPDX-License-Identifier: AGPL-3.0-or-later
"""Accounts and memberships, login and the gate: who may enter which desk or network."""
