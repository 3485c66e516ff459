#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Makes sure the tests find a Chromium: the one in $CHROMIUM, one on PATH, or Debian's package when root.
set -eu

[ "${BROWSER:-}" != none ] || exit 0

found() {
    [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return
    done
    return 1
}

found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installo Chromium per le prove (solo la prima volta)."
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } >/dev/null || true
fi
found || {
    echo "Per le prove serve Chromium: installalo («apt install chromium»), indica il suo percorso" \
        "in CHROMIUM, oppure fai senza con «make test BROWSER=none»." >&2
    exit 1
}
