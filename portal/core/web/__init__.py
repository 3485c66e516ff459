# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page stands on: who may see it, its form, its answer."""
