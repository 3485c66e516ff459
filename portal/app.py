# SPDX-License-Identifier: AGPL-3.0-or-later
"""The application: create_app(settings) is a short list of named steps."""

from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from config.settings import Settings, load_settings
from migrations import newest_version
from portal import __version__, models
from portal.accounts import gate, sessions
from portal.core.errors import Refusal
from portal.core.store import database, schema
from portal.core.store.unit import unit_of_work
from portal.core.uploads import LARGEST_FORM
from portal.core.web import access, headers, limits, templating
from portal.core.web.language import OneLanguage
from portal.core.work import logs
from portal.home import failures, navigation
from portal.slices import BLUEPRINTS

ROOT = Path(__file__).parent.parent


class Portal(Flask):
    """Flask, with the gate and the unit of work around each view."""

    def dispatch_request(self) -> ResponseReturnValue:
        if not isinstance(request.routing_exception, SecurityError):
            sessions.refuse_unread()
        if request.routing_exception is not None:
            gate.recall_place()
            self.raise_routing_exception(request)
        if request.endpoint == "static":
            return super().dispatch_request()
        with gate.admitted(), unit_of_work():
            return super().dispatch_request()

    def handle_exception(self, e: Exception) -> Response:
        """What went wrong outside a view, or while its failure was answered; never a bare page."""
        try:
            return super().handle_exception(e)
        except Exception as again:
            logs.log_failure(again)
            return self.finalize_request(failures.in_plain_words(e), from_error_handler=True)

    def log_exception(self, exc_info: Any) -> None:
        """As every failure: in Flask's own line stands the address that was asked for."""
        logs.log_failure(exc_info[1])


def create_app(settings: Settings, *, patience_seconds: int = 5) -> Portal:
    """The portal for these settings, all URLs filled in (see portal.embedded).

    `patience_seconds` bounds each SQL statement: short for pages, long for the command line.
    """
    app = Portal("portal", root_path=str(ROOT / "portal"), template_folder=str(ROOT / "templates"))
    _configure(app, settings)
    _open_database(app, settings, patience_seconds)
    headers.set_headers(app, https=settings.secure_cookies)
    logs.write_logs(app)
    limits.refuse_beyond(app)
    sessions.use_sessions(app, secret=settings.secret_key, https=settings.secure_cookies)
    CSRFProtect(app)
    templating.prepare(app, ROOT / "templates")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    gate.keep_place_in_links(app)
    navigation.show(app, version=__version__)
    failures.answer(app)
    access.refuse_undeclared_routes(app)
    return app


def create_app_from_environment() -> Portal:
    """The web server's entry: settings from the environment, the database checked before pages."""
    app = create_app(load_settings(serving=True))
    try:
        refuse_wrong_database(app)
    except (psycopg.OperationalError, SQLAlchemyError):
        # The web server prints what stops it, and this would say whose database is where.
        raise Refusal("La banca dati non risponde: il portale riparte quando torna.") from None
    return app


def refuse_wrong_database(app: Flask) -> None:
    """Raise WrongSchema where the tables are of another version, DangerousRole where a role could
    step around the desks' walls.
    """
    schema.refuse_other_version(app.config["SETTINGS"].database_url, expected=newest_version())
    database.refuse_dangerous_roles(app)


def _configure(app: Flask, settings: Settings) -> None:
    choices: dict[str, Any] = {
        # Whatever FLASK_DEBUG says: a failure would no longer be a page of ours.
        "DEBUG": False,
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": LARGEST_FORM,
        "BABEL_DEFAULT_LOCALE": "it",
        # A form left open over lunch must still save; the token ends with its session.
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": True,
        # The gate checks, once it knows whether somebody is signed in.
        "WTF_CSRF_CHECK_DEFAULT": False,
        "TRUSTED_HOSTS": settings.trusted_hosts,
        "SETTINGS": settings,
    }
    app.config.update(choices)
    _believe_proxies(app, settings.trusted_proxies)
    OneLanguage(app)


def _believe_proxies(app: Flask, number: int) -> None:
    """What the visitor's own headers claim lies behind the proxies' lines and is never read."""
    if number:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=number, x_proto=number, x_host=number, x_port=0, x_prefix=0
        )


def _open_database(app: Flask, settings: Settings, patience_seconds: int) -> None:
    models.load()
    database.connect(
        app,
        database_url=str(settings.database_url),
        network_url=str(settings.database_network_url),
        patience_seconds=patience_seconds,
    )
