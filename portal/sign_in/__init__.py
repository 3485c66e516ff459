# SPDX-License-Identifier: AGPL-3.0-or-later
"""The door: how one comes in, leaves, and comes back to what was open."""
