#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A given name typed in Arabic script and the same name as a residence permit writes it are not near
# each other after transliteration, while Cyrillic, Greek and Chinese ones are.
#
# Seen with anyascii 0.3.3, rapidfuzz 3.14.6, on the commonest names of people who come to a desk:
# - Arabic has no vowels to transliterate: محمد is «mhmd», فاطمة «ftmh»; the letter ʿayn is a backtick
#   («`bd»), hamza an apostrophe («zhr'»), so that what keeps letters alone loses them, and what
#   splits words at punctuation makes another word;
# - Jaro-Winkler of «mhmd» and «mohamed» is 0.75, of «ftmh» and «fatima» 0.78, of «zhr'» and «zahra»
#   0.80: below what usually guards against a double (0.85-0.9);
# - Cyrillic, Greek and Chinese names come out as documents write them, or nearly: 0.94 at least.
# Whoever searches one script through the other finds nobody, and writes a person down twice. What we
# do: names in Arabic script are likened by their consonants.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install anyascii==0.3.3 rapidfuzz==3.14.6
"$folder/venv/bin/python" - <<'PYTHON'
from anyascii import anyascii
from rapidfuzz.distance import JaroWinkler

PAIRS = {
    "محمد": ("mhmd", "mohamed"),
    "فاطمة": ("ftmh", "fatima"),
    "ياسين": ("ysyn", "yassine"),
    "زهراء": ("zhr'", "zahra"),
    "عبد": ("`bd", "abdul"),
    "Николай": ("nikolay", "nikolai"),
    "Юлия": ("yuliya", "yulia"),
    "王小明": ("wangxiaoming", "wangxiaoming"),
    "Γιάννης": ("giannis", "giannis"),
}
for name, (expected, latin) in PAIRS.items():
    plain = anyascii(name).lower()
    near = JaroWinkler.similarity(plain, latin)
    print(f"{name}: {plain!r} and {latin!r}: {near:.2f}")
    assert plain == expected, plain
    is_arabic = any("\u0600" <= letter <= "\u06ff" for letter in name)
    assert (near < 0.85) == is_arabic, near
PYTHON
