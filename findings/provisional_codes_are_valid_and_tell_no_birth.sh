#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A codice fiscale that is valid does not say when its owner was born, nor does one that says it have
# to be valid.
#
# Seen with python-stdnum 2.2, stdnum.it.codicefiscale:
# - the provisional code, eleven digits, that a foreigner has until the birth is verified, is valid
#   for validate() and is_valid(): it checks it as a VAT number, the digits being made the same way;
# - of such a code get_birth_date() and get_gender() raise InvalidComponent, «one of the parts of the
#   number are invalid or unknown», as for a code that is wrong;
# - of a code of sixteen whose check letter is wrong get_birth_date() and get_gender() answer as if it
#   were right.
# Whoever validates first and then reads the birth gets an error at the very desks that foreigners
# come to; whoever reads the birth alone takes a typing error for a person. What we do: the two kinds
# of code are told apart before either is asked, and the check letter is looked at first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install python-stdnum==2.2
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date

from stdnum import luhn
from stdnum.exceptions import InvalidComponent
from stdnum.it import codicefiscale

# Of nobody: seven digits, three of an office, and the check digit.
digits = "9000001" "046"
PROVISIONAL = digits + luhn.calc_check_digit(digits)
print(PROVISIONAL, "valid:", codicefiscale.is_valid(PROVISIONAL))
assert codicefiscale.is_valid(PROVISIONAL)
for ask in (codicefiscale.get_birth_date, codicefiscale.get_gender):
    try:
        raise AssertionError(ask(PROVISIONAL))
    except InvalidComponent as error:
        print(f"{ask.__name__}: {error}")

# Of nobody: invented letters, day 41 is a woman's 1st.
right = "QQQWWW90A41Z330"
code = right + codicefiscale.calc_check_digit(right)
wrong = right + ("A" if code[-1] != "A" else "B")
print(code, codicefiscale.is_valid(code), "/", wrong, codicefiscale.is_valid(wrong))
assert codicefiscale.is_valid(code)
assert not codicefiscale.is_valid(wrong)
for each in (code, wrong):
    print(each, codicefiscale.get_birth_date(each), codicefiscale.get_gender(each))
    assert codicefiscale.get_birth_date(each) == date(1990, 1, 1)
    assert codicefiscale.get_gender(each) == "F"
PYTHON
