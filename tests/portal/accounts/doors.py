# SPDX-License-Identifier: AGPL-3.0-or-later
"""How people come in, as the tests of accounts act it: invited, handed a code, or sent a letter."""

import re
from email import message_from_bytes
from email.policy import default
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask

from tests.pages import PortalClient, form_values
from tests.sink import Sink
from tests.world import PASSWORD

NEW = "quattro gatti sul tetto"
CHOSEN = {"comincia-new": NEW, "comincia-again": NEW}
KEY = re.compile(r"#([2-9A-Z]{4}(?:-[2-9A-Z]{4}){4})")


def invite(client: PortalClient, desk: str = "lucca", **values: str) -> Any:
    """Send the manager's form."""
    page = f"/s/{desk}/operatori"
    form = {"name": "Gina Lupi", "email": "gina@comune.example", "role": "operator"} | values
    return client.submit(page, form, action=page)


def code_in(answer: Any) -> str:
    """The code that a page hands to the manager."""
    return str(BeautifulSoup(answer.text, "html.parser").select_one("#key")["value"])


def letters_to(sink: Sink, email: str) -> list[str]:
    """The plain parts of the letters to an address, in the order in which they left."""
    found = []
    for line in sink.accepted():
        name, address = line.split()
        if address == email:
            body = (sink.folder / f"{name.strip('<>')}.eml").read_bytes()
            message = message_from_bytes(body, policy=default)
            found.append(message.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    return found


def key_to(sink: Sink, email: str) -> str:
    """The key of the last letter to an address."""
    keys = [KEY.search(text) for text in letters_to(sink, email)]
    return [found[1] for found in keys if found][-1]


def show(client: PortalClient, key: str) -> Any:
    """Type a key into the page of invitations."""
    return client.submit("/invito", {"key": key}, action="/invito")


def press_on(client: PortalClient, shown: Any, action: str, data: dict[str, str]) -> Any:
    """Fill in one of the forms of a page that is open, and send it."""
    form = BeautifulSoup(shown.text, "html.parser").find("form", action=action)
    return client.post(action, data=form_values(form) | data)


def begin(client: PortalClient, key: str, password: str = NEW) -> Any:
    """Take a place with a password chosen now."""
    chosen = {"comincia-new": password, "comincia-again": password}
    return press_on(client, show(client, key), "/invito/comincia", chosen)


def accept(client: PortalClient, key: str, password: str = PASSWORD) -> Any:
    """Take a place, signed in."""
    return press_on(client, show(client, key), "/invito/accetta", {"accetta-current": password})


def enter(client: PortalClient, key: str, email: str, password: str = PASSWORD) -> Any:
    """Take a place with the account that one has."""
    typed = {"entra-email": email, "entra-password": password}
    return press_on(client, show(client, key), "/invito/entra", typed)


def sign_in(client: PortalClient, email: str, password: str = PASSWORD, **more: Any) -> Any:
    """At the door."""
    return client.submit("/accedi", {"email": email, "password": password}, **more)


def new_browser(app: Flask) -> Any:
    """Nobody has been here before."""
    return app.test_client()


def sign_out(client: PortalClient) -> None:
    """As the button of the bar does."""
    token = client.soup("/conto").find("input", attrs={"name": "csrf_token"})
    client.post("/esci", data={"csrf_token": token["value"]})  # type: ignore[index]
