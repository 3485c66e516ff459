#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Makes .venv from the hashed pins. Run from the repository's root; `config/setup/venv.sh dev` adds the test tools.
set -eu

interpreter() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Serve Python 3.11 o più recente. / Python 3.11 or newer is needed." >&2
    exit 1
}

create() {
    python=$(interpreter)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "Manca il modulo venv di Python: installalo con «apt install python3-venv»." \
            "/ Python's venv module is missing: apt install python3-venv" >&2
        exit 1
    fi
    echo "Preparo l’ambiente Python in .venv (solo la prima volta)."
    "$python" -m venv --clear .venv
}

install() {
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"
}

# The scripts of an environment name its folder: one that was moved or copied is made again.
# Stamps are touched last, so an interrupted set-up starts over.
if [ "$(cat .venv/.place 2>/dev/null)" != "$(pwd -P)" ] || ! .venv/bin/python -c '' 2>/dev/null; then
    create
fi
if [ "${1:-}" = dev ]; then
    install --require-hashes -r requirements-dev.txt
    touch .venv/.dev
else
    install --require-hashes -r requirements.txt
    install --no-deps --no-build-isolation -e .
    pwd -P >.venv/.place
    touch .venv/.runtime
fi
