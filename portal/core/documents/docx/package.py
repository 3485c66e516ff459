# SPDX-License-Identifier: AGPL-3.0-or-later
"""What files of Word and Excel have in common: a zip of parts, and XML without controls."""

import re
import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

CONTENT_TYPES = "[Content_Types].xml"
LANGUAGE = "it-IT"
# The first day a zip can say: the files' own date stands in their properties.
EPOCH = (1980, 1, 1, 0, 0, 0)
VISIBLE = "\ufffd"
# No XML 1.0 may hold these, not even escaped; a lone surrogate is no character at all.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n?")


def xml_text(text: str) -> str:
    """The text as XML can hold it, each character that it cannot replaced by one that is seen."""
    return _ILLEGAL.sub(VISIBLE, _LINE_END.sub("\n", text))


def unzipped(content: bytes) -> dict[str, bytes]:
    """Each part by its name; for files that we made, or that have been checked."""
    with ZipFile(BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """The parts in one order and without a time, so that the same document is the same file."""
    out = BytesIO()
    # Readers look for the list of contents first.
    names = sorted(parts, key=lambda name: (name != CONTENT_TYPES, name))
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=zlib.Z_BEST_SPEED) as packed:
        for name in names:
            entry = ZipInfo(name, EPOCH)
            entry.compress_type = ZIP_DEFLATED
            # Otherwise the machine that makes it stands in the file.
            entry.create_system = 0
            packed.writestr(entry, parts[name])
    return out.getvalue()
