# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of one's own account, of keys and invitations, and of the manager's pages; no database."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, ValidationError

from portal.accounts.rules import DESK_ROLES, LONGEST_EMAIL, LONGEST_NAME, ROLE_NAMES
from portal.core.web.forms import DayField, PortalForm

NEW = {"autocomplete": "new-password"}
PRESENT = {"autocomplete": "current-password"}
ROLES = [SelectChoice(role.value, ROLE_NAMES[role]) for role in DESK_ROLES]

SAME = EqualTo("new", _l("Le due password sono diverse"))
NEW_NEEDED = InputRequired(_l("Scrivi la password nuova"))
AGAIN_NEEDED = InputRequired(_l("Scrivi di nuovo la password nuova"))
NAME_NEEDED = DataRequired(_l("Scrivi il nome e il cognome"))
EMAIL_NEEDED = DataRequired(_l("Scrivi l’indirizzo e-mail"))
KEY_NEEDED = DataRequired(_l("Scrivi il codice"))
SHORT_KEY = Length(max=100, message=_l("Il codice non è questo"))
SHORT_NAME = Length(max=LONGEST_NAME, message=_l("Al massimo 120 caratteri"))
SHORT_EMAIL = Length(max=LONGEST_EMAIL, message=_l("Al massimo 254 caratteri"))


class NewPasswordForm(PortalForm):
    """Choose a password, twice."""

    new = PasswordField(_l("Password nuova"), [NEW_NEEDED], render_kw=NEW)
    again = PasswordField(_l("Password nuova, di nuovo"), [AGAIN_NEEDED, SAME], render_kw=NEW)


class ProvedForm(PortalForm):
    """An act of one's own account, which asks for the password again."""

    current = PasswordField(
        _l("Password di adesso"),
        [InputRequired(_l("Scrivi la password di adesso"))],
        render_kw=PRESENT,
    )


class PasswordForm(ProvedForm, NewPasswordForm):
    """Change one's own password."""


class NameForm(ProvedForm):
    """What one is called, everywhere."""

    name = StringField(_l("Nome e cognome"), [NAME_NEEDED, SHORT_NAME])


class AddressForm(ProvedForm):
    """The address with which one signs in and gets letters."""

    email = EmailField(_l("Indirizzo e-mail"), [EMAIL_NEEDED, SHORT_EMAIL])


class LostPasswordForm(PortalForm):
    """Where the letter shall go; every address has the same answer."""

    email = EmailField(_l("E-mail"), [EMAIL_NEEDED], render_kw={"autocomplete": "username"})


class KeyForm(PortalForm):
    """The key of a letter or the code that was handed over; a script fills it in from a link."""

    key = StringField(
        _l("Codice"),
        [KEY_NEEDED, SHORT_KEY],
        render_kw={"autocomplete": "off", "spellcheck": "false", "data-key": True},
    )


class HiddenKeyForm(PortalForm):
    """The same, once it is known to be good."""

    key = HiddenField()


class LostForm(KeyForm, NewPasswordForm):
    """Set a lost password with the key of a letter."""


class AcceptForm(HiddenKeyForm, ProvedForm):
    """Take a place, signed in."""


class EnterForm(HiddenKeyForm):
    """Take a place with the account that one has; every mistake has the same answer."""

    email = EmailField(_l("E-mail"), render_kw={"autocomplete": "username"})
    password = PasswordField(_l("Password"), render_kw=PRESENT)


class BeginForm(HiddenKeyForm, NewPasswordForm):
    """Take a place with a password chosen now."""


class RemovalForm(PortalForm):
    """Take a member out, who has the role that the manager saw."""

    seen = HiddenField()


class RoleForm(RemovalForm):
    """What a member may do from now on, and who employs them."""

    role = SelectField(_l("Ruolo"), choices=ROLES)
    managing_body = StringField(_l("Gestore"), [SHORT_NAME])


class InviteForm(PortalForm):
    """Offer somebody a place at the desk."""

    name = StringField(_l("Nome e cognome"), [NAME_NEEDED, SHORT_NAME])
    email = EmailField(_l("E-mail"), [EMAIL_NEEDED, SHORT_EMAIL])
    role = SelectField(_l("Ruolo"), choices=ROLES)
    managing_body = StringField(_l("Gestore"), [SHORT_NAME])


class BodyClosingForm(PortalForm):
    """The last day of all who are employed by one body."""

    managing_body = SelectField(_l("Gestore"))
    last_day = DayField(_l("Ultimo giorno"))
    heir = SelectField(_l("Chi riceve le bozze"))

    def validate_last_day(self, field: DayField) -> None:
        # DataRequired would put its own sentence in the place of what is wrong with a typed day.
        if not field.typed and field.data is None:
            raise ValidationError(_l("Scrivi l’ultimo giorno"))
