# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of one's own account and of the manager's page; no database."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from portal.accounts.rules import DESK_ROLES, LONGEST_EMAIL, LONGEST_NAME, ROLE_NAMES
from portal.core.web.forms import PortalForm

NEW = {"autocomplete": "new-password"}
PRESENT = {"autocomplete": "current-password"}
ROLES = [SelectChoice(role.value, ROLE_NAMES[role]) for role in DESK_ROLES]


SAME = EqualTo("new", _l("Le due password sono diverse"))
NEW_NEEDED = InputRequired(_l("Scrivi la password nuova"))
AGAIN_NEEDED = InputRequired(_l("Scrivi di nuovo la password nuova"))
SHORT_NAME = Length(max=LONGEST_NAME, message=_l("Al massimo 120 caratteri"))
SHORT_EMAIL = Length(max=LONGEST_EMAIL, message=_l("Al massimo 254 caratteri"))


class PasswordForm(PortalForm):
    """Change one's own password."""

    current = PasswordField(
        _l("Password di adesso"),
        [InputRequired(_l("Scrivi la password di adesso"))],
        render_kw=PRESENT,
    )
    new = PasswordField(_l("Password nuova"), [NEW_NEEDED], render_kw=NEW)
    again = PasswordField(_l("Password nuova, di nuovo"), [AGAIN_NEEDED, SAME], render_kw=NEW)


class FirstPasswordForm(PortalForm):
    """Set the password with an invitation."""

    new = PasswordField(_l("Password nuova"), [NEW_NEEDED], render_kw=NEW)
    again = PasswordField(_l("Password nuova, di nuovo"), [AGAIN_NEEDED, SAME], render_kw=NEW)


class RemovalForm(PortalForm):
    """Take a member out, who has the role that the manager saw."""

    seen = HiddenField()


class RoleForm(RemovalForm):
    """What a member may do from now on."""

    role = SelectField(_l("Ruolo"), choices=ROLES)


class InviteForm(PortalForm):
    """Let somebody into the desk."""

    name = StringField(
        _l("Nome e cognome"), [DataRequired(_l("Scrivi il nome e il cognome")), SHORT_NAME]
    )
    email = EmailField(_l("E-mail"), [DataRequired(_l("Scrivi l’indirizzo e-mail")), SHORT_EMAIL])
    role = SelectField(_l("Ruolo"), choices=ROLES)
