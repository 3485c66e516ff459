# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a network sees: figures, never persons."""
