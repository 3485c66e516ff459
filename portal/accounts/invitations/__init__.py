# SPDX-License-Identifier: AGPL-3.0-or-later
"""A place offered to an address: by a letter's key, or by a code that the desk hands over."""
