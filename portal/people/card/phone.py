# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telephone numbers: typed in any way, kept as E.164, shown as they are said. Pure."""

import re

import phonenumbers
from flask_babel import gettext as _

from portal.core.italy import formats

HOME = "IT"


def read_phone(text: str) -> str:
    """The number as E.164, Italian unless it says otherwise; ValueError says what is wrong."""
    if re.search(r"[^\d\s+()./-]", text):
        # The library would read letters as the keys of a telephone.
        raise ValueError(_("Nel telefono scrivi solo cifre, per esempio 333 100 4417"))
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError(
            _(
                "Il numero «%(text)s» non si capisce: scrivilo come 333 100 4417,"
                " dall’estero con il prefisso, come +212 612 345 678",
                text=formats.shown(text),
            )
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def show_phone(e164: str) -> str:
    """Italian numbers without the prefix, others with it."""
    number = phonenumbers.parse(e164)
    form = phonenumbers.PhoneNumberFormat
    national = phonenumbers.region_code_for_number(number) == HOME
    return phonenumbers.format_number(number, form.NATIONAL if national else form.INTERNATIONAL)
