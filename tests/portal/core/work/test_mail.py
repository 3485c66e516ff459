# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter on the wire: what each answer means, what must be encrypted, what a header refuses."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTPUTF8
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from config.settings import Settings
from portal.core.store.tenancy import desk_scope, network_scope
from portal.core.work import mail
from portal.core.work.mail import Attachment, Letter, Outcome, message_id, transmit
from tests.sink import Sink, running_sink
from tests.world import World

DELIVERY = UUID("6f1c9a52-6d1b-4b5e-8a0e-0d8f6f0c7a11")
# Step and answer of the server, what becomes of the letter, what is kept of the answer.
REPLIES = [
    ("connect", "421 4.3.2 busy", "later", "421"),
    ("connect", "554 5.7.1 go away", "later", "554"),
    ("mail", "421 4.3.0 closing", "later", "421 4.3.0"),
    ("mail", "451 4.7.1 greylisted", "later", "451 4.7.1"),
    ("mail", "452 4.3.1 no room", "later", "452 4.3.1"),
    ("mail", "550 5.7.1 sender refused", "failed", "550 5.7.1"),
    ("mail", "553 5.1.8 bad sender", "failed", "553 5.1.8"),
    ("rcpt", "450 4.2.0 try later", "later", "450 4.2.0"),
    ("rcpt", "451 4.7.1 greylisted", "later", "451 4.7.1"),
    ("rcpt", "452 4.2.2 full", "later", "452 4.2.2"),
    ("rcpt", "550 5.1.1 no such user", "failed", "550 5.1.1"),
    ("rcpt", "551 5.1.6 moved", "failed", "551 5.1.6"),
    ("rcpt", "552 5.2.2 full", "failed", "552 5.2.2"),
    ("rcpt", "554 refused", "failed", "554"),
    ("begin", "451 4.3.0 not now", "later", "451 4.3.0"),
    ("begin", "554 5.5.1 no valid recipients", "failed", "554 5.5.1"),
    ("data", "451 4.3.0 not now", "later", "451 4.3.0"),
    ("data", "452 4.3.1 no room", "later", "452 4.3.1"),
    ("data", "552 5.3.4 too big", "failed", "552 5.3.4"),
    ("data", "554 5.7.1 looks like spam", "failed", "554 5.7.1"),
]
# Where the connection is lost, and whether the message had begun to leave.
LOST = [
    ("drop-mail", "later"),
    ("drop-rcpt", "later"),
    ("drop-begin", "later"),
    ("drop-half", "uncertain"),
    ("drop-data", "uncertain"),
]


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    with running_sink(tmp_path_factory.mktemp("posta") / "sink") as one:
        yield one


@pytest.fixture
def settings(tmp_path: Path, sink: Sink) -> Settings:
    sink.tell("")
    return Settings(
        home=tmp_path,
        host="",
        port=1,
        public_url="https://portale.example",
        secret_key="x",
        smtp_url=sink.url,
        mail_from="sportelli@portale.example",
    )


def letter(
    to: str = "ufficio@comune.example", subject: str = "Relazione", **more: object
) -> Letter:
    values: dict[str, object] = {
        "text": "Riga una\n.punto da solo\n",
        "html": "<p>Riga</p>",
        "attachments": (Attachment("relazione.csv", "text/csv", "così;1\n".encode()),),
        "message_id": f"{DELIVERY}@portale.example",
    }
    return Letter(to=to, subject=subject, **(values | more))  # type: ignore[arg-type]


class Committed:
    """Counts how often the letter was said to be about to leave."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.mark.parametrize(("step", "answer", "state", "said"), REPLIES)
def test_each_answer_has_its_state(
    settings: Settings, sink: Sink, step: str, answer: str, state: str, said: str
) -> None:
    before, begun = len(sink.accepted()), Committed()
    sink.tell(f"{step} {answer}")
    assert transmit(letter(), settings, begun) == Outcome(state, said)  # type: ignore[arg-type]
    assert begun.times == (step in ("begin", "data"))
    assert len(sink.accepted()) == before


@pytest.mark.parametrize(("script", "state"), LOST)
def test_what_is_lost_after_the_message_began_is_uncertain(
    settings: Settings, sink: Sink, script: str, state: str
) -> None:
    sink.tell(script)
    assert transmit(letter(), settings, Committed()).state == state


def test_a_silent_server_is_given_up(
    settings: Settings, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.3)
    for step, state in (("rcpt", "later"), ("begin", "later"), ("data", "uncertain")):
        sink.tell(f"stall-{step}")
        assert transmit(letter(), settings, Committed()) == Outcome(state, "timeout"), step  # type: ignore[arg-type]


def test_nobody_there(settings: Settings) -> None:
    away = replace(settings, smtp_url="smtp://127.0.0.1:1")
    assert transmit(letter(), away, Committed()) == Outcome("later", "connection")


def test_nothing_leaves_when_it_could_not_be_written_down(settings: Settings, sink: Sink) -> None:
    before = len(sink.accepted())

    def refuse() -> None:
        raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError, match="away"):
        transmit(letter(), settings, refuse)
    assert len(sink.accepted()) == before


def test_what_arrives_is_what_was_written(settings: Settings, sink: Sink) -> None:
    begun = Committed()
    outcome = transmit(letter(subject="Relazione – più città"), settings, begun)
    assert (outcome, begun.times) == (Outcome("sent", "250 2.0.0"), 1)
    raw = (sink.folder / f"{DELIVERY}@portale.example.eml").read_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    message = message_from_bytes(raw, policy=SMTPUTF8)
    assert set(message.keys()) == HEADERS
    assert message["Message-ID"] == f"<{DELIVERY}@portale.example>"
    assert message["Subject"] == "Relazione – più città"
    assert message["From"] == "sportelli@portale.example"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["Riga una", ".punto da solo"]
    (file,) = message.iter_attachments()
    assert file.get_filename() == "relazione.csv"
    assert file.get_payload(decode=True) == "così;1\n".encode()
    assert sink.accepted()[-1].split()[1:] == ["ufficio@comune.example"]


HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
    "Content-Type",
}  # fmt: skip
ADDRESSES = [
    "a@b.example\r\nBcc: c@d.example",
    "a@b.example\nRCPT TO:<c@d.example>",
    "a@b.example\rX: y",
    "a@b.example, c@d.example",
    "a@b.example; c@d.example",
    "a@b.example c@d.example",
    "Nome <a@b.example>",
    "<a@b.example>",
    '"a b"@b.example',
    "a@b@c.example",
    "@b.example",
    "a@",
    "a",
    "",
    "gruppo: a@b.example;",
    "a@b.example\0",
    "à@b.example",
    "a@b.example\u2028Bcc: c@d.example",
    "a@b.example(commento)",
    "=?utf-8?q?a=0D=0ABcc=3A_c=40d?=@b.example",
]
SUBJECTS = [
    "Relazione\r\nBcc: c@d.example",
    "Relazione\nX-Altro: y",
    "Relazione\rX-Altro: y",
    "Relazione\r\n\r\n<p>corpo</p>",
    "Relazione\u2028Bcc: c@d.example",
    "Relazione\x85Bcc: c@d.example",
    "Relazione\x0bBcc: c@d.example",
    "Relazione\0",
    "=?utf-8?q?a=0D=0ABcc=3A_c=40d=2Eexample?=",
    "Relazione =?utf-8?b?YQ0KQmNjOiBjQGQuZXhhbXBsZQ==?=",
]
STRANGE = [
    "Relazione Bcc: c@d.example",
    "= ?utf-8?q?Bcc=3A?= c@d.example",
    "Relazione %0D%0ABcc: c@d.example",
    "x" * 2000,
    "à" * 2000,
    "x " * 900,
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_anything_but_one_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not one address"):
        letter(to=address)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_line_break_in_a_header_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match="not a subject"):
        letter(subject=subject)


@pytest.mark.parametrize("wrong", ["a@b\r\nX: y", "a b@c", "<a@b>", "a@b>", ""])
def test_a_message_id_is_only_that(wrong: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        letter(message_id=wrong)


@pytest.mark.parametrize("subject", STRANGE)
def test_strange_subjects_make_no_header(settings: Settings, sink: Sink, subject: str) -> None:
    before = len(sink.accepted())
    assert transmit(letter(subject=subject), settings, Committed()).state == "sent"
    raw = (sink.folder / f"{DELIVERY}@portale.example.eml").read_bytes()
    assert set(message_from_bytes(raw, policy=SMTPUTF8).keys()) == HEADERS
    assert sink.accepted()[before:] == [f"<{DELIVERY}@portale.example> ufficio@comune.example"]


def test_elsewhere_nothing_is_said_unencrypted(
    settings: Settings, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server without STARTTLS that is not on this machine gets no word of ours."""
    before = len(sink.accepted())
    monkeypatch.setattr(mail, "is_loopback", lambda _host: False)
    begun = Committed()
    assert transmit(letter(), settings, begun) == Outcome("later", "tls")
    assert (begun.times, len(sink.accepted())) == (0, before)


def test_a_certificate_must_be_vouched_for(
    settings: Settings, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "is_loopback", lambda _host: False)
    with running_sink(tmp_path / "cifrato", certificate) as sink:
        there = replace(settings, smtp_url=sink.url)
        assert transmit(letter(), there, Committed()) == Outcome("later", "tls")
        assert sink.accepted() == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert transmit(letter(), there, Committed()).state == "sent"
        other_name = replace(settings, smtp_url=sink.url.replace("127.0.0.1", "localhost"))
        assert transmit(letter(), other_name, Committed()) == Outcome("later", "tls")
        assert len(sink.accepted()) == 1


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """For 127.0.0.1, by nobody known; with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    key, found = tmp_path / "key.pem", tmp_path / "certificate.pem"
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-days", "2", "-subj", "/CN=sink", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", *kind, *names, "-keyout", key, "-out", found]
    subprocess.run(command, check=True, capture_output=True)
    found.write_bytes(found.read_bytes() + key.read_bytes())
    return found


def test_without_a_server_the_letter_is_a_file_and_nothing_is_uncertain(
    app: Flask, world: World, settings: Settings
) -> None:
    here, begun = replace(settings, smtp_url=None), Committed()
    with app.app_context(), desk_scope(world.lucca.id):
        for _time in range(2):
            assert transmit(letter(), here, begun) == Outcome("sent", "kept")
        (kept,) = mail.list_kept(mail.mailbox(here))
        assert mail.find_kept(mail.mailbox(here), DELIVERY) == kept
    assert kept.letter_id == DELIVERY
    assert (kept.to, kept.subject) == ("ufficio@comune.example", "Relazione")
    assert kept.files == ("relazione.csv",)
    assert begun.times == 0
    mailbox = settings.home / "mailbox"
    folders = [mailbox, *(path for path in mailbox.rglob("*") if path.is_dir())]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert sorted(
        path.name for path in (settings.home / "mailbox").rglob("*") if path.is_file()
    ) == [f"{DELIVERY}@portale.example.eml"]
    with app.app_context(), network_scope(world.rete.id):
        assert mail.list_kept(mail.mailbox(here)) == []


def test_the_message_id_is_the_deliverys(settings: Settings) -> None:
    assert message_id(DELIVERY, settings) == f"{DELIVERY}@portale.example"
