# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of signing in and of one's own account, and the manager's page of who works here."""

from portal.accounts.views.members import members
from portal.accounts.views.sign_in import accounts

__all__ = ["accounts", "members"]
