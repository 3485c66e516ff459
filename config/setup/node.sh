#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Runs a command that needs npm or node: `config/setup/node.sh npm ci`. Run from the repository's root.
# Where they are missing, or too old for package.json, pinned ones go into a side environment.
set -eu

is_new_enough() {
    command -v npm >/dev/null 2>&1 && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);
    ' 2>/dev/null
}

if ! is_new_enough; then
    if ! [ -e .node/.ready ]; then
        echo "npm non c’è o è troppo vecchio: ne preparo uno in .node (solo la prima volta)."
        .venv/bin/python -m venv --clear .node
        .node/bin/python -m pip install --quiet --disable-pip-version-check \
            --require-hashes -r config/setup/node.txt
        touch .node/.ready
    fi
    PATH="$(pwd -P)/.node/bin:$PATH"
    export PATH
fi
exec "$@"
