# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings: what they say when nothing is set, and the one sentence for each wrong one."""

from pathlib import Path

import pytest

from config import settings as where
from config.settings import (
    SettingsError,
    child_environment,
    load_settings,
    serving_environment,
)

OWNER = {"DATABASE_OWNER_URL": "postgresql://o@db/p", "DATABASE_NETWORK_URL": "postgresql://n@db/p"}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"PORTAL_HOME": str(tmp_path / "casa")}


def test_nothing_set_means_embedded_and_local(home: dict[str, str]) -> None:
    settings = load_settings(home)
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.embeds_database
    assert settings.embeds_redis
    assert not settings.secure_cookies
    assert settings.smtp_url is None
    assert settings.mail_from == "sportelli@127.0.0.1"


def test_the_secret_key_is_made_once_and_private(home: dict[str, str]) -> None:
    first, second = load_settings(home), load_settings(home)
    folder = first.home / "secrets"
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600


def test_an_empty_variable_counts_as_absent(home: dict[str, str]) -> None:
    settings = load_settings(home | {"PORT": " ", "DATABASE_URL": "", "REDIS_URL": ""})
    assert settings.port == 8000
    assert settings.embeds_database


def test_https_makes_cookies_secure(home: dict[str, str]) -> None:
    settings = load_settings(home | {"PUBLIC_URL": "https://sportelli.example.it/"})
    assert settings.secure_cookies
    assert settings.public_url == "https://sportelli.example.it"


def test_letters_come_from_the_site_unless_said_otherwise(home: dict[str, str]) -> None:
    site = home | {"PUBLIC_URL": "https://portale.example.it:8443"}
    assert load_settings(site).mail_from == "sportelli@portale.example.it"
    said = load_settings(site | {"MAIL_FROM": "relazioni@comune.example.it"})
    assert said.mail_from == "relazioni@comune.example.it"


def test_no_proxy_is_believed_unless_it_is_said(home: dict[str, str]) -> None:
    assert load_settings(home).trusted_proxies == 0
    behind = load_settings(home | {"TRUSTED_PROXIES": "2"})
    assert behind.trusted_proxies == 2
    assert child_environment(behind)["TRUSTED_PROXIES"] == "2"


@pytest.mark.parametrize(
    ("site", "names"),
    [
        ("https://Sportelli.Example:8443", ["sportelli.example"]),
        ("http://127.0.0.1:8000", ["127.0.0.1", "127.0.0.1", "localhost"]),
        ("http://localhost:8000", ["localhost", "127.0.0.1", "localhost"]),
    ],
)
def test_the_portal_has_the_name_of_its_site(
    home: dict[str, str], site: str, names: list[str]
) -> None:
    assert load_settings(home | {"PUBLIC_URL": site}).trusted_hosts == names


def test_the_short_scheme_is_written_out_for_sqlalchemy(home: dict[str, str]) -> None:
    settings = load_settings(home | OWNER | {"DATABASE_URL": "postgres://a@db/p"})
    assert settings.database_url == "postgresql://a@db/p"


def test_addresses_and_secrets_stay_out_of_what_is_printed(home: dict[str, str]) -> None:
    secret = "postgresql://a:parola-segreta@db/p"
    settings = load_settings(home | OWNER | {"DATABASE_URL": secret, "PORTAL_DEMO_PASSWORD": "xyz"})
    assert "parola-segreta" not in repr(settings)
    assert settings.secret_key not in repr(settings)
    assert "xyz" not in repr(settings)


def test_a_child_gets_every_address(home: dict[str, str]) -> None:
    settings = load_settings(home | OWNER | {"DATABASE_URL": "postgresql://a@db/p", "PORT": "81"})
    environment = child_environment(settings)
    again = load_settings(environment)
    assert again == settings


def test_a_child_does_not_inherit_an_address_it_is_not_given(
    home: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_BACKUP_URL", "postgresql://b@db/p")
    monkeypatch.setenv("LANG", "it_IT.UTF-8")
    environment = child_environment(load_settings(home))
    assert "DATABASE_BACKUP_URL" not in environment
    assert environment["LANG"] == "it_IT.UTF-8"


PASSWORD = "parola-del-proprietario"
EVERY = {name: f"postgresql://x:{PASSWORD}@db/p" for name in where.DATABASES}


@pytest.mark.parametrize("name", where.PRIVILEGED)
def test_pages_and_jobs_do_not_start_with_the_privileged_roles(
    home: dict[str, str], name: str
) -> None:
    plain = {each: url for each, url in EVERY.items() if each not in where.PRIVILEGED}
    assert load_settings(home | plain, serving=True).database_url
    with pytest.raises(SettingsError, match=f"^{name}: pagine e lavoratori"):
        load_settings(home | plain | {name: EVERY[name]}, serving=True)


def test_what_serves_leaves_the_privileged_roles_in_the_file(
    home: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{name}={url}" for name, url in (EVERY | home).items()]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(where, "ROOT", tmp_path)
    serving = load_settings(serving=True)
    assert serving.database_url
    assert serving.database_owner_url is serving.database_backup_url is None
    assert load_settings().database_owner_url == EVERY["DATABASE_OWNER_URL"]


def test_a_program_of_ours_reads_no_file(
    home: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = serving_environment(load_settings(home | EVERY))
    assert environment.keys().isdisjoint(where.PRIVILEGED)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / ".env").write_text("PUBLIC_URL=https://altro.example\n", encoding="utf-8")
    monkeypatch.setattr(where, "ROOT", tmp_path)
    monkeypatch.delenv("PUBLIC_URL")
    assert load_settings(serving=True).public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"PORT": "ottanta"}, "PORT deve essere un numero tra 1 e 65535, non «ottanta»."),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "²"}, "PORT"),
        ({"TRUSTED_PROXIES": "4"}, "TRUSTED_PROXIES deve essere un numero tra 0 e 3, non «4»."),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES"),
        ({"TRUSTED_PROXIES": "sì"}, "TRUSTED_PROXIES"),
        ({"PUBLIC_URL": "sportelli.example.it"}, "PUBLIC_URL deve cominciare con https://"),
        ({"PUBLIC_URL": "https://"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://[x"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://a.it/portale"}, "senza percorso"),
        ({"PUBLIC_URL": "http://sportelli.example.it"}, "deve usare https"),
        ({"PUBLIC_URL": "http://10.0.0.7:8000"}, "deve usare https"),
        ({"DATABASE_URL": "mysql://a@db/p"}, "DATABASE_URL deve cominciare con"),
        ({"DATABASE_URL": "postgresql://a@db/p"}, "DATABASE_OWNER_URL, DATABASE_NETWORK_URL"),
        (OWNER, "DATABASE_URL"),
        ({"DATABASE_BACKUP_URL": "postgresql://b@db/p"}, "DATABASE_URL"),
        ({"REDIS_URL": "http://q"}, "REDIS_URL deve cominciare con"),
        ({"SMTP_URL": "posta.example.it"}, "SMTP_URL deve cominciare con smtp:// o smtps://."),
        ({"SMTP_URL": "smtp://:25"}, "SMTP_URL si scrive smtp://utente:password@server:587."),
        ({"SMTP_URL": "smtp://posta.example.it:porta"}, "SMTP_URL si scrive smtp://"),
        ({"MAIL_FROM": "Ufficio <a@b.example>"}, "MAIL_FROM deve essere un solo indirizzo"),
        ({"MAIL_FROM": "a@b.example, c@d.example"}, "MAIL_FROM deve essere un solo indirizzo"),
        ({"ADMIN_EMAIL": "chi governa"}, "ADMIN_EMAIL deve essere un solo indirizzo"),
        ({"PORTAL_HOME": "/proc/casa"}, "scegli con PORTAL_HOME una cartella tua"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    home: dict[str, str], wrong: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(home | wrong)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_a_wrong_address_is_not_repeated(home: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(home | {"DATABASE_URL": "mysql://a:parola-segreta@db/p"})
    assert "parola-segreta" not in str(refusal.value)
