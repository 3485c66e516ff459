#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Fetches the front-end packages of package-lock.json and builds portal/static/vendor from them.
# Run from the repository's root. Where npm is missing, a pinned one goes into a side environment.
set -eu

if ! command -v npm >/dev/null 2>&1; then
    if ! [ -e .node/.ready ]; then
        echo "npm non c’è: ne preparo uno in .node (solo la prima volta)."
        .venv/bin/python -m venv --clear .node
        .node/bin/python -m pip install --quiet --disable-pip-version-check \
            --require-hashes -r config/setup/node.txt
        touch .node/.ready
    fi
    PATH="$(pwd -P)/.node/bin:$PATH"
    export PATH
fi
echo "Preparo stile e script delle pagine (solo la prima volta)."
npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
node config/assets/build.mjs
touch portal/static/vendor/.stamp
