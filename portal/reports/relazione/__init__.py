# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relazione of a period as a value, and how it is put together."""
