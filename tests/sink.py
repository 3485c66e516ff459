# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail server that takes everything, in its own process, and does as a script says.

`python tests/sink.py PORT FOLDER` appends the Message-ID of each accepted message to
FOLDER/accepted. FOLDER/script holds one word, read at each step: `stall-<step>` waits before
answering that step (connect, mail, rcpt, data, accepted) and writes FOLDER/stalled; `<step> 550 …`
answers with those words. The oracle of the kill tests: it lives when the mailer dies.
"""

import asyncio
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

LONG = 60


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
            await asyncio.sleep(LONG)
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
    """Waits also where a handler has no say: at the greeting and at DATA."""

    async def _handle_client(self) -> None:
        await self.event_handler.step("connect")
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:
        answer = await self.event_handler.step("begin")
        if answer:
            await self.push(answer)
            return
        await super().smtp_DATA(arg)


async def serve(port: int, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    handler = Scripted(folder)
    server = await loop.create_server(
        lambda: Server(handler, hostname="sink.example", loop=loop), "127.0.0.1", port
    )
    (folder / "port").write_text(str(server.sockets[0].getsockname()[1]), encoding="utf-8")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
