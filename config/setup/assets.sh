#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Fetches the front-end packages of package-lock.json and builds portal/static/vendor from them.
# Run from the repository's root.
set -eu

echo "Preparo stile e script delle pagine (solo la prima volta)."
config/setup/node.sh npm ci --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
config/setup/node.sh node config/assets/build.mjs
touch portal/static/vendor/.stamp
