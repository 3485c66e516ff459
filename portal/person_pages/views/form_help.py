# SPDX-License-Identifier: AGPL-3.0-or-later
"""What helps while a person's form is filled: lists to choose from, what was typed shown in full.

Only for the scripts of the form, which works without them. Nothing is saved, and what is said of
a person travels in the body of a POST.
"""

from typing import Any

from flask import Response, jsonify, request
from flask_babel import gettext as _

from portal.core.web.access import Permission, needs
from portal.people.card import codice_fiscale
from portal.people.card.summary import code_contradictions
from portal.people.forms.person import PersonForm, shown
from portal.people.queries.frequent import find_commonest
from portal.person_pages import suggestions
from portal.person_pages.views import person_pages

READ_BACK = (
    "birth", "phone", "codice_fiscale", "permit_expires_on", "residence_since", "citizenship_since",
    "notice_given_on",
)  # fmt: skip
FILLED = ("sex", "birth", "birth_state", "birth_city")


@person_pages.get("/s/<desk>/persone/elenchi")
@needs(Permission.EDIT_PEOPLE)
def suggest() -> Response:
    """The names of which a word begins with two letters; first the desk's commonest."""
    kind = request.args.get("elenco", "")
    if kind not in suggestions.KINDS:
        kind = suggestions.CITIZENSHIP
    known = find_commonest()
    common = known.comuni if kind == suggestions.COMUNE else known.citizenships
    found = suggestions.begun(kind, request.args.get("lettere", ""), common)
    return jsonify(
        common=sum(place.code in common for place in found),
        names=[[place.name, *place.others] for place in found],
    )


@person_pages.post("/s/<desk>/persone/leggi")
@needs(Permission.EDIT_PEOPLE)
def read_typed() -> Response:
    """How the fields of a person were understood, and what the codice fiscale says and fills."""
    form = PersonForm()
    form.validate()
    return jsonify(
        shown={name: form[name]._value() for name in READ_BACK if form[name].data},
        wrong={name: str(form[name].errors[0]) for name in READ_BACK if form[name].errors},
        code=_code(form),
    )


def _code(form: PersonForm) -> dict[str, Any] | None:
    if not form.codice_fiscale.data:
        return None
    facts = form.facts()
    whole = codice_fiscale.filled(facts)
    data = shown(whole)
    fills = {name: _text(form, name, data[name]) for name in FILLED if not form[name].data}
    against = code_contradictions(whole)
    said = (
        _("non coerente: %(what)s", what="; ".join(against))
        if against
        else _("coerente con i dati")
    )
    return {
        "line": codice_fiscale.facts_from_code(form.codice_fiscale.data).line,
        "fills": {name: text for name, text in fills.items() if text},
        "said": said,
        "coherent": not against,
    }


def _text(form: PersonForm, name: str, value: Any) -> str:
    field = form[name]
    return field.show(value) if value and hasattr(field, "show") else value or ""
