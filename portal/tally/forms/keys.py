# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a desk arranges its counter: the topics under the nine keys."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from portal.core.web.forms import PortalForm
from portal.tally.rules import KEYS

AUTOMATIC = ""


class KeysForm(PortalForm):
    """For each of the nine places a topic, or whatever is asked most."""

    def offer(self, topics: list[tuple[str, str]]) -> None:
        """The topics that can be chosen, as (code, label)."""
        for field in self.places:
            field.choices = [
                SelectChoice(AUTOMATIC, _l("Automatica")),
                *(SelectChoice(code, label) for code, label in topics),
            ]

    @property
    def places(self) -> list[SelectField]:
        """The nine fields in order."""
        return [self[f"key_{number}"] for number in range(1, KEYS + 1)]

    def show(self, pins: Mapping[int, str], *, version: int) -> None:
        """Fill the form with what is chosen now; a topic that is no longer asked is not there."""
        offered = {choice.value for choice in self.places[0].choices or ()}
        for number, field in enumerate(self.places, start=1):
            code = pins.get(number, AUTOMATIC)
            field.data = code if code in offered else AUTOMATIC
        self.version.data = str(version)

    @property
    def pins(self) -> dict[int, str]:
        """What was chosen, by place."""
        fields = enumerate(self.places, start=1)
        return {number: field.data for number, field in fields if field.data}


for _number in range(1, KEYS + 1):
    setattr(KeysForm, f"key_{_number}", SelectField(_l("Posto %(number)s", number=_number)))
