# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy as one file: a tar of what pg_dump wrote and of the letters that were kept here.

Both ways it goes through as a stream, whatever its size. Copies of earlier builds are what
pg_dump wrote and nothing else.
"""

import os
import re
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from portal.core import clock
from portal.core.errors import Refusal

DUMP = "database.dump"
DUMP_BEGINS = b"PGDMP"
MAILBOX = "mailbox"
LETTER = re.compile(rf"{MAILBOX}/[dn]/[0-9a-f-]{{36}}/[A-Za-z0-9-]+@[A-Za-z0-9.:-]+\.eml")
"""Where core/work/mail.py keeps them; nothing else leaves a copy, whatever it says of itself."""
END = bytes(2 * tarfile.BLOCKSIZE)


def write_copy(file: IO[bytes], dump: Callable[[IO[bytes]], None], home: Path) -> None:
    """Have the database written into the file, then add the letters."""
    file.write(bytes(tarfile.BLOCKSIZE))
    dump(file)
    end = file.tell()
    file.seek(0)
    file.write(_header(end - tarfile.BLOCKSIZE))  # in its place, now that the size is known
    file.seek(end)
    file.write(bytes(-end % tarfile.BLOCKSIZE))
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted((home / MAILBOX).glob("*/*/*.eml")):
            with path.open("rb") as letter:
                facts = archive.gettarinfo(arcname=str(path.relative_to(home)), fileobj=letter)
                if LETTER.fullmatch(facts.name) and facts.isreg():
                    archive.addfile(_nobodys(facts), letter)


def _header(size: int) -> bytes:
    facts = tarfile.TarInfo(DUMP)
    facts.size, facts.mode, facts.mtime = size, 0o600, int(clock.now().timestamp())
    return facts.tobuf(tarfile.GNU_FORMAT)


def _nobodys(facts: tarfile.TarInfo) -> tarfile.TarInfo:
    facts.mode, facts.uid, facts.gid = 0o600, 0, 0
    facts.uname = facts.gname = ""
    return facts


@dataclass(frozen=True)
class Copy:
    """A copy that was looked through: whole, and with nothing in it but what belongs there."""

    file: IO[bytes]
    archive: tarfile.TarFile | None = None

    @property
    def made_at(self) -> datetime | None:
        """When; copies of earlier builds do not say it."""
        if self.archive is None:
            return None
        return datetime.fromtimestamp(self.archive.getmembers()[0].mtime, UTC)

    @property
    def letters(self) -> list[tarfile.TarInfo]:
        return self.archive.getmembers()[1:] if self.archive else []

    @contextmanager
    def dump(self) -> Iterator[IO[bytes]]:
        """What pg_dump wrote, from its beginning."""
        if self.archive is None:
            self.file.seek(0)
            yield self.file
        else:
            with _content(self.archive, self.archive.getmembers()[0]) as content:
                yield content

    def unpack_letters(self, folder: Path) -> None:
        """Write the letters under an empty folder."""
        for member in self.letters:
            target = folder / member.name
            _make_private(folder, target.parent)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            assert self.archive  # noqa: S101  (else there are no letters)
            with os.fdopen(descriptor, "wb") as file, _content(self.archive, member) as content:
                shutil.copyfileobj(content, file)
            os.utime(target, (member.mtime, member.mtime))  # the mailbox is sorted by it


@contextmanager
def open_copy(source: Path) -> Iterator[Copy]:
    """Open a copy and look through it, its database apart, before anything is done with it."""
    if not source.is_file():
        raise Refusal(f"Il file «{source}» non c’è.")
    with source.open("rb") as file:
        if file.read(len(DUMP_BEGINS)) == DUMP_BEGINS:
            yield Copy(file)
            return
        file.seek(0)
        try:
            archive = tarfile.open(fileobj=file, mode="r:")
            whole = _is_whole(archive, file)
        except tarfile.TarError:
            whole = False
        if not whole:
            raise foreign(source)
        with archive:
            yield Copy(file, archive)


def foreign(source: Path) -> Refusal:
    """To raise for a file that is no copy of ours."""
    return Refusal(f"«{source}» non è una copia fatta con «portal backup», o è incompleta.")


def place_letters(unpacked: Path, home: Path) -> None:
    """Move unpacked letters to their place; one that is there already stays."""
    for path in (unpacked / MAILBOX).glob("*/*/*.eml"):
        target = home / path.relative_to(unpacked)
        _make_private(home, target.parent)
        if not target.exists():
            path.replace(target)


def _is_whole(archive: tarfile.TarFile, file: IO[bytes]) -> bool:
    """Whether it has the end that every archive has, and before it only files that we know."""
    dump, *letters = archive.getmembers() or [tarfile.TarInfo()]
    file.seek(-len(END), os.SEEK_END)
    return (
        file.read() == END
        and all(member.isreg() for member in (dump, *letters))
        and dump.name == DUMP
        and all(LETTER.fullmatch(member.name) for member in letters)
    )


@contextmanager
def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[IO[bytes]]:
    content = archive.extractfile(member)
    assert content is not None  # noqa: S101  (a regular file)
    with content:
        yield content


def _make_private(base: Path, folder: Path) -> None:
    """Every folder below base down to this one, open to its owner alone."""
    for part in folder.relative_to(base).parts:
        base = base / part
        base.mkdir(mode=0o700, exist_ok=True)
