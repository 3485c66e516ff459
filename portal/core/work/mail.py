# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter, and how it leaves: by SMTP, or as a file where no mail server is configured.

Exactly once over SMTP does not exist. `before_data` is called after the server has accepted the
recipient and before the message is handed over; what is lost after that is uncertain and is never
sent again by itself. Of a server's answer only its codes are kept: its text may name a mailbox.
"""

import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit
from uuid import UUID

from config.settings import ADDRESS, Settings, is_loopback
from portal.core import clock
from portal.core.store.database import current_scope

TIMEOUT_SECONDS = 20
# 7 bits throughout, and no line longer than a relay may cut.
POLICY = SMTP.clone(cte_type="7bit")
MESSAGE_ID = re.compile(r"[A-Za-z0-9-]+@[A-Za-z0-9.:-]+")
# The library decodes such words, whatever they hold: a line break within makes a header.
ENCODED = "=?"
ENHANCED = re.compile(rb"[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")

State = Literal["sent", "failed", "later", "uncertain"]


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One message to one address; a name or a line break in its headers raises ValueError."""

    to: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    message_id: str

    def __post_init__(self) -> None:
        if not MESSAGE_ID.fullmatch(self.message_id):
            raise ValueError("not a Message-ID")
        if not self.subject.isprintable() or ENCODED in self.subject:
            raise ValueError("not a subject")
        _one_address(self.to)


@dataclass(frozen=True)
class Outcome:
    """What became of a letter, and the server's codes («550 5.1.1») or what went wrong.

    A letter that no server took, since it lies in the mailbox, is sent and said to be «kept».
    """

    state: State
    said: str = ""


@dataclass(frozen=True)
class StoredLetter:
    """A letter of the mailbox of this installation, as it can be read on the page."""

    letter_id: UUID
    to: str
    subject: str
    at: datetime
    text: str
    files: tuple[str, ...]


def message_id(delivery_id: UUID, settings: Settings) -> str:
    """The same for every try, so that a repeat can be recognised."""
    return f"{delivery_id}@{urlsplit(settings.public_url).hostname}"


def transmit(letter: Letter, settings: Settings, before_data: Callable[[], None]) -> Outcome:
    """Hand a letter over. `before_data` may raise, and then nothing has left."""
    body = as_bytes(letter, settings)
    if settings.smtp_url is None:
        _keep(letter, body, mailbox(settings))
        return Outcome("sent", "kept")
    try:
        with _connected(settings.smtp_url) as server:
            refused = _envelope(server, settings.mail_from, letter.to)
            if refused is not None:
                return refused
            before_data()
            return _data(server, body)
    except (smtplib.SMTPException, OSError) as error:
        return Outcome("later", _what_went_wrong(error))


def as_bytes(letter: Letter, settings: Settings) -> bytes:
    """The message as it goes over the wire."""
    message = EmailMessage(policy=POLICY)
    message["From"] = _one_address(settings.mail_from)
    message["To"] = _one_address(letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{letter.message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for file in letter.attachments:
        kind, _slash, subtype = file.media_type.partition("/")
        message.add_attachment(
            file.content, maintype=kind, subtype=subtype, filename=file.name, cte="base64"
        )
    return message.as_bytes()


def _one_address(text: str) -> Address:
    """One address, without a name beside it: anything more is refused."""
    if not ADDRESS.fullmatch(text) or ENCODED in text:
        raise ValueError("not one address")
    try:
        return Address(addr_spec=text)
    except (MessageError, IndexError) as error:
        raise ValueError("not one address") from error


# By SMTP


@contextmanager
def _connected(url: str) -> Iterator[smtplib.SMTP]:
    """A server that knows us, over a verified connection unless it is on this machine."""
    parts = urlsplit(url)
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp" and not is_loopback(host):
            server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
        if parts.username is not None:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
        # Without waiting for an answer: what became of the letter is known, and must be written.
        with suppress(smtplib.SMTPException, OSError):
            server.putcmd("quit")
    finally:
        server.close()


def _envelope(server: smtplib.SMTP, sender: str, to: str) -> Outcome | None:
    """Name sender and recipient; what was refused, if it was."""
    code, words = server.mail(sender)
    if code // 100 == 2:
        code, words = server.rcpt(to)
    return None if code // 100 == 2 else _refused(code, words)


def _data(server: smtplib.SMTP, body: bytes) -> Outcome:
    """Until the server says 354 no word of the message has left; after it nothing is certain."""
    server.putcmd("data")
    code, words = server.getreply()
    if code != 354:
        return _refused(code, words)
    try:
        server.send(re.sub(rb"(?m)^\.", b"..", body))
        server.send(b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")
        code, words = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return Outcome("uncertain", _what_went_wrong(error))
    if code // 100 == 2:
        return Outcome("sent", _codes(code, words))
    return _refused(code, words) if code // 100 in (4, 5) else Outcome("uncertain", str(code))


def _refused(code: int, words: bytes) -> Outcome:
    return Outcome("failed" if code // 100 == 5 else "later", _codes(code, words))


def _codes(code: int, words: bytes) -> str:
    found = ENHANCED.match(words)
    return f"{code} {found[0].decode()}" if found else str(code)


def _what_went_wrong(error: Exception) -> str:
    """A word for what happened, or the code of a server that would not talk to us."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "auth"
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLError):
        return "tls"
    if isinstance(error, smtplib.SMTPResponseException):
        return str(error.smtp_code)
    # Where it waits for an answer the library turns a timeout into an error of its own.
    timed_out = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
    return "timeout" if timed_out else "connection"


# As a file


def mailbox(settings: Settings) -> Path:
    """The folder of letters of the desk or network in scope."""
    who = current_scope()
    kind, owner = ("n", who.network_id) if who.network_id else ("d", who.desk_id)
    return settings.home / "mailbox" / kind / str(owner)


def _keep(letter: Letter, body: bytes, folder: Path) -> None:
    """Whole or not at all, and once: the name is the message's, so a repeat replaces itself."""
    for place in (folder.parent.parent, folder.parent, folder):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.chmod(0o700)
    unfinished = folder / f".{letter.message_id}"
    with unfinished.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / f"{letter.message_id}.eml")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def list_kept(folder: Path) -> list[StoredLetter]:
    """The letters of a mailbox, the newest first."""
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [_read(path) for path in files]


def find_kept(folder: Path, letter_id: UUID) -> StoredLetter | None:
    """The letter with this id, if it is there."""
    return next((_read(path) for path in folder.glob(f"{letter_id}@*.eml")), None)


def _read(path: Path) -> StoredLetter:
    message = BytesParser(policy=SMTPUTF8).parsebytes(path.read_bytes())
    text = message.get_body(("plain",))
    return StoredLetter(
        letter_id=UUID(path.name.partition("@")[0]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=message["Date"].datetime,
        text=text.get_content() if text else "",
        files=tuple(part.get_filename() or "" for part in message.iter_attachments()),
    )
