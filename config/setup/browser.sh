#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Makes sure the tests find poppler's programs, which read PDFs, and a Chromium: the one in $CHROMIUM, one on PATH, or
# Debian's packages when root.
set -eu

install() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installo $1 per le prove (solo la prima volta)."
        export DEBIAN_FRONTEND=noninteractive
        { apt-get -qq update && apt-get -qq install -y --no-install-recommends "$2"; } >/dev/null || true
    fi
}

reads_pdfs() {
    for name in pdfinfo pdffonts pdftotext; do
        command -v "$name" >/dev/null 2>&1 || return 1
    done
}

reads_pdfs || install poppler poppler-utils
reads_pdfs || {
    echo "Per le prove dei PDF servono pdfinfo, pdffonts e pdftotext: installali («apt install poppler-utils»)." >&2
    exit 1
}

[ "${BROWSER:-}" != none ] || exit 0

found() {
    [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return
    for name in "$@"; do
        command -v "$name" >/dev/null 2>&1 && return
    done
    return 1
}

# The shell is Chromium without its windows: the same pages for half the work.
found chromium-headless-shell || install Chromium chromium-headless-shell
any="chromium-headless-shell chromium chromium-browser google-chrome"
found $any || install Chromium chromium
found $any || {
    echo "Per le prove serve Chromium: installalo («apt install chromium-headless-shell» o «chromium»), indica il suo percorso" \
        "in CHROMIUM, oppure fai senza con «make test BROWSER=none»." >&2
    exit 1
}
