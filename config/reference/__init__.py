# SPDX-License-Identifier: AGPL-3.0-or-later
"""States and comuni with their validity: data files, and the script that makes them."""
