# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail server that takes everything, in its own process, and does as a script says.

`python tests/sink.py FOLDER [CERTIFICATE]` appends each accepted Message-ID to FOLDER/accepted.
FOLDER/script is read at each step (connect, mail, rcpt, begin, half, data, accepted):
`stall-<step>` writes FOLDER/stalled and does not answer while the script stands; `<step> 550 …`
answers with those words; `drop-<step>` hangs up. It is the oracle of the kill tests: it lives when
the mailer dies.
"""

import asyncio
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Sink:
    """A running mail server and what it has accepted."""

    folder: Path
    port: int

    def tell(self, script: str) -> None:
        """Have it do something at a step from now on; empty: take everything."""
        (self.folder / "stalled").unlink(missing_ok=True)
        (self.folder / "new").write_text(script, encoding="utf-8")
        (self.folder / "new").replace(self.folder / "script")

    def accepted(self) -> list[str]:
        """«<Message-ID> address» of each message that it took, in order."""
        path = self.folder / "accepted"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def is_stalled(self) -> bool:
        return (self.folder / "stalled").exists()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def running_sink(folder: Path, *certificate: Path) -> Iterator[Sink]:
    """The server in a process of its own; with a certificate it offers STARTTLS."""
    folder.mkdir()
    process = subprocess.Popen([sys.executable, __file__, folder, *certificate])
    try:
        yield Sink(folder, int(_wait_for(folder / "port")))
    finally:
        process.kill()
        process.wait()


def _wait_for(path: Path) -> str:
    for _look in range(600):
        if path.exists() and (text := path.read_text(encoding="utf-8")):
            return text
        time.sleep(0.05)
    raise AssertionError(f"{path.name} never came")


class Scripted:
    """The handler: what the server answers at each step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def script(self) -> str:
        path = self.folder / "script"
        return path.read_text(encoding="utf-8").strip() if path.exists() else ""

    async def step(self, name: str) -> str | None:
        """Wait or refuse, if the script says so of this step."""
        script = self.script()
        if script == f"stall-{name}":
            (self.folder / "stalled").touch()
            while self.script() == script:
                await asyncio.sleep(LOOK_SECONDS)
        if script == f"drop-{name}":
            raise ConnectionResetError
        verb, _space, answer = script.partition(" ")
        return answer if verb == name else None

    async def handle_MAIL(
        self, _server: Any, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refused = await self.step("mail")
        if refused:
            return refused
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refused = await self.step("rcpt")
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:
        refused = await self.step("data")
        if refused:
            return refused
        self.accept(envelope)
        await self.step("accepted")
        return "250 2.0.0 OK"

    def accept(self, envelope: Envelope) -> None:
        body = bytes(envelope.content or b"")
        name = str(message_from_bytes(body)["Message-ID"])
        with (self.folder / "accepted").open("a", encoding="utf-8") as file:
            file.write(f"{name} {' '.join(envelope.rcpt_tos)}\n")
        (self.folder / f"{name.strip('<>')}.eml").write_bytes(body)


class Server(SMTP):
    """Waits also where a handler has no say: at the greeting, at DATA and within the message."""

    async def _handle_client(self) -> None:
        greeting = await self.event_handler.step("connect")
        if greeting:
            await self.push(greeting)
            self.transport.close()
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:
        answer = await self.event_handler.step("begin")
        if answer:
            await self.push(answer)
        elif self.event_handler.script().endswith("-half"):
            await self._read_half()
        else:
            await super().smtp_DATA(arg)

    async def _read_half(self) -> None:
        """Take the first lines of the message, wait or not, and hang up: it was not accepted."""
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        for _line in range(20):
            await self._reader.readline()
        await self.event_handler.step("half")
        self.transport.close()


async def serve(folder: Path, certificate: Path | None) -> None:
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {"hostname": "sink.example", "loop": loop}
    if certificate:
        options["tls_context"] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        options["tls_context"].load_cert_chain(certificate)
    handler = Scripted(folder)
    server = await loop.create_server(lambda: Server(handler, **options), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    (folder / "port").write_text(str(port), encoding="utf-8")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2:] else None))
