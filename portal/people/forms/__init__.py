# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms on which a person is written down, corrected and looked for. No database."""
