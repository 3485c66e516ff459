# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy's file: the dump and the letters, whole, and nothing that leaves its place."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO
from uuid import uuid4

import pytest

from portal.core.errors import Refusal
from portal.embedded.copies import DUMP, open_copy, place_letters, write_copy

DESK = uuid4()
LETTER = f"mailbox/d/{DESK}/{uuid4()}@localhost.eml"
ROWS = b"PGDMP" + bytes(range(256)) * 999


def dump(into: IO[bytes]) -> None:
    into.write(ROWS)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy with one letter of two that lie there: the other is no letter of ours."""
    home = tmp_path / "prima"
    for name in (LETTER, LETTER.replace("/d/", "/x/")):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_bytes(b"Una lettera")
    with (tmp_path / "copia").open("wb") as file:
        write_copy(file, dump, home)
    return tmp_path / "copia"


def test_what_went_in_comes_out(copy: Path, tmp_path: Path) -> None:
    unpacked, home = tmp_path / "disfatta", tmp_path / "dopo"
    unpacked.mkdir()
    home.mkdir()
    with open_copy(copy) as found:
        with found.dump() as rows:
            assert rows.read() == ROWS
        assert [letter.name for letter in found.letters] == [LETTER]
        assert found.made_at
        found.unpack_letters(unpacked)
    place_letters(unpacked, home)
    assert (home / LETTER).read_bytes() == b"Una lettera"


def test_a_letter_that_is_there_already_stays(copy: Path, tmp_path: Path) -> None:
    unpacked, home = tmp_path / "disfatta", tmp_path / "dopo"
    unpacked.mkdir()
    (home / LETTER).parent.mkdir(parents=True)
    (home / LETTER).write_bytes(b"di qui")
    with open_copy(copy) as found:
        found.unpack_letters(unpacked)
    place_letters(unpacked, home)
    assert (home / LETTER).read_bytes() == b"di qui"


def test_any_archive_program_finds_the_dump(copy: Path) -> None:
    with tarfile.open(copy) as archive:
        member = archive.extractfile(DUMP)
        assert member
        assert member.read() == ROWS
        assert {(each.mode & 0o77, each.uid, each.uname) for each in archive} == {(0, 0, "")}


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.95, 1.0])
def test_a_part_of_a_copy_is_none(copy: Path, share: float) -> None:
    whole = copy.read_bytes().rstrip(bytes(1))  # without the end that every archive has
    copy.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Refusal, match="incompleta"), open_copy(copy):
        pass


def test_a_copy_that_ends_between_two_files_is_none(copy: Path) -> None:
    with tarfile.open(copy) as archive:
        end = archive.getmember(LETTER).offset
    copy.write_bytes(copy.read_bytes()[:end])
    with pytest.raises(Refusal, match="incompleta"), open_copy(copy):
        pass


def test_a_copy_of_an_earlier_build_is_the_dump_alone(tmp_path: Path) -> None:
    (tmp_path / "copia").write_bytes(ROWS)
    with open_copy(tmp_path / "copia") as found, found.dump() as rows:
        assert rows.read() == ROWS
        assert (found.letters, found.made_at) == ([], None)


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    facts = tarfile.TarInfo(name)
    facts.type, facts.linkname = kind, target
    return facts


STRANGERS: dict[str, Callable[[], tarfile.TarInfo]] = {
    "above": lambda: member("../lettera.eml"),
    "above the mailbox": lambda: member(f"mailbox/d/{DESK}/../../../lettera.eml"),
    "elsewhere": lambda: member("/tmp/lettera.eml"),
    "another folder": lambda: member("secrets/secret_key"),
    "another name": lambda: member(f"mailbox/d/{DESK}/lettera.txt"),
    "a link": lambda: member(LETTER, tarfile.SYMTYPE, "/etc/hostname"),
    "a hard link": lambda: member(LETTER, tarfile.LNKTYPE, DUMP),
    "a folder": lambda: member(LETTER, tarfile.DIRTYPE),
    "a device": lambda: member(LETTER, tarfile.CHRTYPE),
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_nothing_else_leaves_a_copy(tmp_path: Path, stranger: str) -> None:
    """Refused before anything is written, whatever name or kind a member has."""
    with tarfile.open(tmp_path / "copia", "w") as archive:
        rows = member(DUMP)
        rows.size = len(ROWS)
        archive.addfile(rows, io.BytesIO(ROWS))
        archive.addfile(STRANGERS[stranger]())
    with pytest.raises(Refusal, match="non è una copia"), open_copy(tmp_path / "copia"):
        pass


def test_an_archive_without_a_dump_is_no_copy(tmp_path: Path) -> None:
    for name in ("copia", DUMP):
        with tarfile.open(tmp_path / "copia", "w") as archive:
            archive.addfile(member(name, tarfile.DIRTYPE))
        with pytest.raises(Refusal, match="non è una copia"), open_copy(tmp_path / "copia"):
            pass
