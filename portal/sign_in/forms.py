# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of signing in; no database."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField

from portal.core.web.forms import PortalForm

PRESENT = {"autocomplete": "current-password"}


class LogInForm(PortalForm):
    """Nothing is required: every mistake has the same answer."""

    email = EmailField(_l("E-mail"), render_kw={"autocomplete": "username"})
    password = PasswordField(_l("Password"), render_kw=PRESENT)
    poi = HiddenField()


class UnlockForm(PortalForm):
    """The password of the account whose session is locked."""

    password = PasswordField(_l("Password"), render_kw=PRESENT)
    poi = HiddenField()
