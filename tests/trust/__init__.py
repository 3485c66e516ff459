# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the portal promises to those whose data it keeps, tried as an attacker would."""
