# SPDX-License-Identifier: AGPL-3.0-or-later
"""Typed settings, read once from the environment and an optional `.env`, and checked.

A missing or wrong one is a SettingsError: one Italian sentence. Nothing else reads the environment.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from config.keys import secret

ROOT = Path(__file__).resolve().parent.parent

DATABASES = {
    "DATABASE_URL": "database_url",
    "DATABASE_OWNER_URL": "database_owner_url",
    "DATABASE_NETWORK_URL": "database_network_url",
    "DATABASE_BACKUP_URL": "database_backup_url",
}
PRIVILEGED = ("DATABASE_OWNER_URL", "DATABASE_BACKUP_URL")
"""Of the roles that own the tables, or read past every policy: commands use them, never pages."""
COMPLETE = "PORTAL_ENVIRONMENT_COMPLETE"
"""Set for programs that we start: they find everything here and do not read `.env`."""

# One address and nothing else: it becomes a header and the sender of every letter.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}")


class SettingsError(Exception):
    """A setting is missing or wrong: one sentence that says which and why."""


@dataclass(frozen=True)
class Settings:
    """Where things are. A URL that is None: embedded here (database, queue) or local (mail)."""

    home: Path
    host: str
    port: int
    public_url: str
    secret_key: str = field(repr=False)
    database_url: str | None = field(default=None, repr=False)
    database_owner_url: str | None = field(default=None, repr=False)
    database_network_url: str | None = field(default=None, repr=False)
    database_backup_url: str | None = field(default=None, repr=False)
    database_folder: Path | None = None
    """Where the database keeps its data, if on this machine: whose disk may be nearly full."""
    redis_url: str | None = field(default=None, repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = ""
    admin_email: str | None = None
    """Of whoever governs the machine: what only they can mend is said there."""
    demo_password: str | None = field(default=None, repr=False)
    trusted_proxies: int = 0

    @property
    def embeds_database(self) -> bool:
        return self.database_url is None

    @property
    def embeds_redis(self) -> bool:
        return self.redis_url is None

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def trusted_hosts(self) -> list[str]:
        """The names under which the portal answers: redirects are built from no other."""
        host = urlsplit(self.public_url).hostname or ""
        return [host, "127.0.0.1", "localhost"] if is_loopback(host) else [host]


def load_settings(environ: Mapping[str, str] | None = None, *, serving: bool = False) -> Settings:
    """The settings of this installation; the real environment wins over `.env`.

    `serving`: for pages and jobs, which have no use for the privileged addresses. What stands in a
    process's environment stands there as long as it lives, so that one which has them is refused.
    """
    values = _clean(_environment() if environ is None else environ)
    if serving:
        _refuse_privileged(os.environ if environ is None else environ)
        values = {name: value for name, value in values.items() if name not in PRIVILEGED}
    port = _port(values.get("PORT", "8000"))
    home = _home(values.get("PORTAL_HOME"))
    public_url = _public_url(values.get("PUBLIC_URL", f"http://127.0.0.1:{port}"))
    return Settings(
        home=home,
        host="127.0.0.1",
        port=port,
        public_url=public_url,
        secret_key=_secret_key(home),
        database_folder=_folder(values.get("DATABASE_FOLDER")),
        redis_url=_url(values, "REDIS_URL", {"redis", "rediss", "unix"}),
        smtp_url=_smtp_url(values),
        mail_from=_mail_from(values, public_url),
        admin_email=_address(values, "ADMIN_EMAIL"),
        demo_password=values.get("PORTAL_DEMO_PASSWORD"),
        trusted_proxies=_proxies(values.get("TRUSTED_PROXIES", "0")),
        **_databases(values, owned=not serving),
    )


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment of a program we start: these settings' addresses and no other."""
    values = {name: getattr(settings, attribute) for name, attribute in DATABASES.items()} | {
        "DATABASE_FOLDER": str(settings.database_folder) if settings.database_folder else None,
        "REDIS_URL": settings.redis_url,
        "SMTP_URL": settings.smtp_url,
        "MAIL_FROM": settings.mail_from or None,
        "ADMIN_EMAIL": settings.admin_email,
        "PORTAL_HOME": str(settings.home),
        "PORT": str(settings.port),
        "PUBLIC_URL": settings.public_url,
        "TRUSTED_PROXIES": str(settings.trusted_proxies),
    }
    inherited = {name: value for name, value in os.environ.items() if name not in DATABASES}
    return inherited | _present(values)


def serving_environment(settings: Settings) -> dict[str, str]:
    """The environment of a program of ours that serves pages or jobs."""
    plain = replace(settings, database_owner_url=None, database_backup_url=None)
    return child_environment(plain) | {COMPLETE: "1"}


def _environment() -> dict[str, str]:
    if COMPLETE in os.environ:
        return dict(os.environ)
    return {**_present(dotenv_values(ROOT / ".env")), **os.environ}


def _present(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def _clean(values: Mapping[str, str]) -> dict[str, str]:
    """An empty variable counts as one that is not there."""
    return {name: value.strip() for name, value in values.items() if value.strip()}


def _refuse_privileged(environ: Mapping[str, str]) -> None:
    given = [name for name in PRIVILEGED if environ.get(name)]
    if given:
        raise SettingsError(
            f"{' e '.join(given)}: pagine e lavoratori partono senza, serve ai soli comandi"
            " «portal». Togli dal loro ambiente ciò che possiede le tabelle o le legge tutte."
        )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise SettingsError(f"PORT deve essere un numero tra 1 e 65535, non «{text}».")
    return int(text)


def _proxies(text: str) -> int:
    if text not in {"0", "1", "2", "3"}:
        raise SettingsError(f"TRUSTED_PROXIES deve essere un numero tra 0 e 3, non «{text}».")
    return int(text)


def _home(text: str | None) -> Path:
    if text is None:
        return ROOT / "var"
    # The resolved path, so that one folder reached by two names is one installation.
    return Path(text).expanduser().resolve()


def _folder(text: str | None) -> Path | None:
    return Path(text) if text else None


def _secret_key(home: Path) -> str:
    try:
        return secret(home, "secret_key")
    except OSError as error:
        raise SettingsError(
            f"Non posso leggere e scrivere in «{home}» ({error.strerror}): "
            "scegli con PORTAL_HOME una cartella tua."
        ) from error


def _public_url(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"PUBLIC_URL deve cominciare con https:// o http://, non «{text}».")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingsError(f"PUBLIC_URL è il nome del sito senza percorso, non «{text}».")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise SettingsError(f"PUBLIC_URL deve usare https: http vale solo qui, non per «{text}».")
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: only to it may anything go unencrypted."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _smtp_url(values: Mapping[str, str]) -> str | None:
    """The mail server; a name and a port that can be used."""
    url = _url(values, "SMTP_URL", {"smtp", "smtps"})
    try:
        parts = urlsplit(url or "smtp://localhost")
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError("SMTP_URL si scrive smtp://utente:password@server:587.")
    return url


def _mail_from(values: Mapping[str, str], public_url: str) -> str:
    host = urlsplit(public_url).hostname or ""
    return _address(values, "MAIL_FROM") or f"sportelli@{'localhost' if ':' in host else host}"


def _address(values: Mapping[str, str], name: str) -> str | None:
    text = values.get(name)
    if text and not ADDRESS.fullmatch(text):
        raise SettingsError(f"{name} deve essere un solo indirizzo, come sportelli@comune.it.")
    return text


def _databases(values: Mapping[str, str], *, owned: bool) -> dict[str, str | None]:
    """Each role's address; all but the backup's, and that of the owner where it is no use."""
    urls = {
        attribute: _url(values, name, {"postgresql", "postgres"})
        for name, attribute in DATABASES.items()
    }
    given = [name for name, attribute in DATABASES.items() if urls[attribute]]
    optional = {"DATABASE_BACKUP_URL"} if owned else set(PRIVILEGED)
    missing = [name for name in DATABASES if name not in given and name not in optional]
    if given and missing:
        raise SettingsError(
            f"Con {given[0]} servono anche: {', '.join(missing)} (un indirizzo per ruolo)."
        )
    return urls


def _url(values: Mapping[str, str], name: str, schemes: set[str]) -> str | None:
    """An address may hold a password, so the sentence does not repeat it."""
    text = values.get(name)
    if text is None:
        return None
    try:
        scheme = urlsplit(text).scheme
    except ValueError:
        scheme = ""
    if scheme not in schemes:
        allowed = " o ".join(f"{each}://" for each in sorted(schemes))
        raise SettingsError(f"{name} deve cominciare con {allowed}.")
    # SQLAlchemy knows only the long name of the scheme.
    return text.replace("postgres://", "postgresql://", 1) if scheme == "postgres" else text
