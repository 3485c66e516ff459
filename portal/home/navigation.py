# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page shows around its content: the place, the menu, the account."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from portal.accounts.rules import Place
from portal.core.web.access import Permission, may


@dataclass(frozen=True)
class Entry:
    """One entry of the menu."""

    label: str
    url: str
    current: bool


DESK_MENU = (
    (_l("Accoglienza"), "intake.reception", Permission.RECORD_VISITS),
    (_l("Conteggio"), "tally.show", Permission.RECORD_VISITS),
    (_l("Persone"), "person_pages.index", Permission.READ_PEOPLE),
    (_l("Relazioni"), "reports.index", Permission.READ_REPORTS),
    (_l("Impostazioni"), "home.settings", Permission.MANAGE_ACCOUNTS),
)
# Pages that stand under the entry of another slice.
SECTIONS = {
    "accounts": "home",
    "imports": "home",
    "intake": "intake.reception",
    "tally.show": "tally.show",
    "tally.press": "tally.show",
    "tally.undo_press": "tally.show",
    "tally.print_sheet": "tally.show",
    "tally.sheet": "tally.show",
    "tally.record_sheet": "tally.show",
    "person_pages.choose_merge": "people",
    "person_pages.find_merge": "people",
    "person_pages.compare_cards": "people",
    "person_pages.merge_cards": "people",
    "person_pages.undo_merge": "people",
    "person_pages.doubles": "people",
    "person_pages.trail": "people",
    "person_pages.subject_page": "people",
    "tally.keys": "home",
    "tally.arrange": "home",
    "intake.screen": "home",
    "intake.save_screen": "home",
    "mailings": "reports",
    "mailings.recipients": "home",
    "mailings.add_recipient": "home",
    "mailings.mailbox": "home",
    "mailings.letter": "home",
    "network_mailings": "network_mailings.network_recipients",
    "reports.closing": "home",
    "reports.save_closing": "home",
    "oversight": "oversight.compare",
    "oversight.board": "oversight.board",
    "oversight.closing": "oversight.board",
    "oversight.save_closing": "oversight.board",
    "visits": "people",
}
NETWORK_MENU = (
    (_l("Quadro"), "oversight.board", Permission.OVERSEE),
    (_l("Confronto"), "oversight.compare", Permission.OVERSEE),
    (_l("Destinatari"), "network_mailings.network_recipients", Permission.MANAGE_RECIPIENTS),
)


def landing(place: Place) -> str:
    """The endpoint that a place opens with: the first entry of its menu."""
    menu = NETWORK_MENU if place.is_network else DESK_MENU
    return next(endpoint for _label, endpoint, permission in menu if may(place.role, permission))


def address_of(place: Place) -> str:
    """The landing page of a desk or network."""
    endpoint = landing(place)
    if place.is_network:
        return url_for(endpoint, network=place.slug)
    return url_for(endpoint, desk=place.slug)


def show(app: Flask, *, version: str) -> None:
    """Give the layout its values."""

    @app.context_processor
    def around() -> dict[str, Any]:
        place: Place | None = g.get("place")
        account = current_user if current_user.is_authenticated else None
        return {
            "place": _shown(place) if place else None,
            "nav": _menu(place) if place else [],
            "account": account,
            "can_change_place": account is not None and len(account.places) > 1,
            "address_of": address_of,
            "version": version,
        }


def _shown(place: Place) -> dict[str, str]:
    return {"name": place.name, "short_name": place.short_name, "url": address_of(place)}


def _menu(place: Place) -> list[Entry]:
    entries = NETWORK_MENU if place.is_network else DESK_MENU
    blueprint = request.blueprint or ""
    here = SECTIONS.get(request.endpoint or "") or SECTIONS.get(blueprint, blueprint)
    return [
        Entry(label, url_for(endpoint), here in (endpoint, endpoint.split(".")[0]))
        for label, endpoint, permission in entries
        if may(place.role, permission)
    ]
