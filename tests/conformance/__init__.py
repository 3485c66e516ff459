# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the whole house promises: read from the code, the URL map and the database's catalogue."""
