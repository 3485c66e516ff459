# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody types and has not saved yet: kept, found after a password, sent once."""
