# SPDX-License-Identifier: AGPL-3.0-or-later
"""The start, the settings of a manager, the pages of everybody, and the two health checks."""

import redis
from flask import Blueprint, Response, current_app
from flask_login import current_user

from portal.core.store.away import ask
from portal.core.web.access import Permission, needs, open_to_all
from portal.core.web.pages import page, redirect_to
from portal.core.work.frozen import find_frozen
from portal.home.failures import RETRY_SOON
from portal.home.navigation import landing
from portal.machine.disks import folders_of, nearly_full
from portal.reports.sections.method import how_counted

home = Blueprint("home", __name__)
TEXT = "text/plain; charset=utf-8"


@home.get("/")
@open_to_all
def start() -> Response:
    if not current_user.is_authenticated:
        return redirect_to("sign_in.log_in")
    places = current_user.places
    if len(places) == 1:
        key = "network" if places[0].is_network else "desk"
        return redirect_to(landing(places[0]), **{key: places[0].slug})
    return redirect_to("sign_in.choose_place")


@home.get("/s/<desk>/impostazioni")
@needs(Permission.MANAGE_ACCOUNTS)
def settings() -> Response:
    return page("home/settings.html")


@home.get("/guida")
@open_to_all
def guide() -> Response:
    return page("home/guide.html")


@home.get("/tasti")
@open_to_all
def keys() -> Response:
    return page("home/keys.html")


@home.get("/accessibilita")
@open_to_all
def accessibility() -> Response:
    return page("home/accessibility.html")


@home.get("/privacy")
@open_to_all
def privacy() -> Response:
    return page("home/privacy.html")


@home.get("/come-si-conta")
@open_to_all
def counting() -> Response:
    return page("home/counting.html", method=how_counted())


@home.get("/codice-sorgente")
@open_to_all
def source() -> Response:
    return page("home/source.html")


@home.get("/healthz")
@open_to_all
def healthz() -> Response:
    """The process answers; nothing else is asked, so that a busy database restarts no server."""
    return Response("ok", content_type=TEXT)


@home.get("/readyz")
@open_to_all
def readyz() -> Response:
    """Whether the database and the queue answer; the queue's absence delays no page.

    A disk nearly full is a warning in the body: pages still work, and somebody should look.
    """
    ask()
    settings = current_app.config["SETTINGS"]
    url = settings.redis_url
    try:
        redis.from_url(url, socket_timeout=1, socket_connect_timeout=1).ping()
    except redis.RedisError:
        return Response("queue away", 503, RETRY_SOON, content_type=TEXT)
    waits = ["frozen: a restored copy, until «portal thaw»"] if find_frozen() else []
    warnings = [
        f"warning: disk nearly full: {disk.name}: {disk.free} of {disk.whole} MB free"
        for disk in nearly_full(folders_of(settings))
    ]
    text = "\n".join(["ok", *waits, *warnings])
    return Response(text, content_type=TEXT)
