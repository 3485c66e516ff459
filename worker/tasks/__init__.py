# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shells: each task is a few lines around a slice's action, in the scope of its job."""
