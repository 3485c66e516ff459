# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every slice stands on. Knows no slice and imports none."""
