# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charts as SVG, the same on the page, on paper and in Word."""
