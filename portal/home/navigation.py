# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page shows around its content: the place, the menu, the account."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user

from portal.accounts.rules import Place
from portal.core.web.access import Permission, may


@dataclass(frozen=True)
class Entry:
    """One entry of the menu."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Item:
    """An entry as it is declared. `paths` are the first words of the addresses that it stands for:
    `""` is the page of the place itself.
    """

    label: LazyString
    endpoint: str
    permission: Permission
    paths: tuple[str, ...]


DESK_MENU = (
    Item(_l("Accoglienza"), "counter.reception", Permission.RECORD_VISITS,
         ("", "accessi", "bozze", "giorno", "nomi", "scadenze")),
    Item(_l("Conteggio"), "tally.show", Permission.RECORD_VISITS, ("conteggio",)),
    Item(_l("Persone"), "person_pages.index", Permission.READ_PEOPLE, ("persone",)),
    Item(_l("Relazioni"), "reports.index", Permission.READ_REPORTS, ("relazioni", "consegne")),
    Item(_l("Impostazioni"), "home.settings", Permission.MANAGE_ACCOUNTS,
         ("impostazioni", "operatori", "totali-passati", "destinatari", "posta")),
)  # fmt: skip
NETWORK_MENU = (
    Item(_l("Quadro"), "oversight.board", Permission.OVERSEE, ("", "chiusura")),
    Item(_l("Confronto"), "oversight.compare", Permission.OVERSEE,
         ("confronto", "edizioni", "consegne")),
    Item(_l("Destinatari"), "network_mailings.network_recipients", Permission.MANAGE_RECIPIENTS,
         ("destinatari", "posta")),
)  # fmt: skip


def landing(place: Place) -> str:
    """The endpoint that a place opens with: the first entry of its menu."""
    menu = NETWORK_MENU if place.is_network else DESK_MENU
    return next(item.endpoint for item in menu if may(place.role, item.permission))


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


def _shown(place: Place) -> dict[str, str | bool]:
    return {
        "name": place.name,
        "short_name": place.short_name,
        "url": address_of(place),
        "manages_accounts": may(place.role, Permission.MANAGE_ACCOUNTS),
    }


def _menu(place: Place) -> list[Entry]:
    menu, here = NETWORK_MENU if place.is_network else DESK_MENU, first_word(request.path)
    return [
        Entry(str(item.label), url_for(item.endpoint), here in item.paths)
        for item in menu
        if may(place.role, item.permission)
    ]


def first_word(path: str) -> str:
    """«persone» of «/s/lucca/persone/nuova»; of the page of a place itself, nothing."""
    return path.split("/")[3] if path.count("/") > 2 else ""
