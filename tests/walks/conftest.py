# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real browser on a real server: Chromium over the application and its fresh database."""

import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from portal.accounts import actions as accounts
from portal.accounts.rules import key_hash
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from tests.world import Someone

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The shell is Chromium without its windows: the same pages for half the work."""
QUIET = [
    "--no-sandbox",
    "--lang=it",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """The browser of this machine; a missing one fails, it does not skip."""
    chosen = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not chosen:
        pytest.fail("Chromium manca: installa «chromium-headless-shell», o usa BROWSER=none")
    return chosen


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if os.environ.get("BROWSER") == "none":
        pytest.skip("BROWSER=none")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        yield running
        running.close()


class Answering:
    """The application, and how many of its answers are under way.

    A page that goes away sends its draft on leaving: that request outlives the browser, and must
    be over before the test's database is thrown away.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.under_way = 0
        self.changed = threading.Condition()

    def __call__(self, environ: Any, start_response: Any) -> Iterator[bytes]:
        self._count(1)
        try:
            with closing(self.app(environ, start_response)) as answer:
                yield from answer
        finally:
            self._count(-1)

    def _count(self, by: int) -> None:
        with self.changed:
            self.under_way += by
            self.changed.notify_all()

    def wait(self) -> None:
        """Until nothing is under way; a request that hangs is a failure."""
        with self.changed:
            assert self.changed.wait_for(lambda: not self.under_way, timeout=20)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the portal answers."""
    with served(app) as found:
        yield found


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application answers at this address during the block, and is done with it after."""
    answering = Answering(app)
    server = make_server("127.0.0.1", 0, answering, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    answering.wait()


OpenAs = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser, address: str, app: Flask) -> Iterator[OpenAs]:
    """A browser with a session of its own: `open_as(world.bruno, width=390, javascript=False)`.

    For nobody, it has none: the page where one signs in is test_sign_in's.
    """
    contexts: list[BrowserContext] = []

    def open_page(someone: Someone | None, **options: Any) -> Page:
        contexts.append(new_context(browser, address, app, someone, **options))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


def new_context(
    browser: Browser,
    address: str,
    app: Flask,
    someone: Someone | None,
    *,
    width: int = 1280,
    javascript: bool = True,
    timezone: str = "Europe/Rome",
) -> BrowserContext:
    """A browser with cookies and a cache of its own, signed in as somebody."""
    context = browser.new_context(
        base_url=address,
        locale="it-IT",
        timezone_id=timezone,
        java_script_enabled=javascript,
        viewport={"width": width, "height": 800},
    )
    if someone:
        key = secrets.token_urlsafe(32)
        with app.app_context(), identity_scope(), unit_of_work():
            accounts.start_session(key_hash(key), account_id=someone.id)
        context.add_cookies([{"name": "sportelli", "value": key, "url": address}])
    return context
