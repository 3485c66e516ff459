# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who works at a desk: their roles, who employs them, until when, and what was changed."""
