#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Writes down what is installed, in CycloneDX: build/sbom/python.cdx.json and build/sbom/pages.cdx.json. Run from the
# repository's root. What lists the packages is in a side environment, so that it is not listed among them.
set -eu

if ! cmp -s config/setup/sbom.txt .sbom/.ready; then
    .venv/bin/python -m venv --clear .sbom
    .sbom/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r config/setup/sbom.txt
    cp config/setup/sbom.txt .sbom/.ready
fi
mkdir -p build/sbom
# Its own check against the schema takes eight seconds; the tests look at what it wrote.
.sbom/bin/cyclonedx-py environment --no-validate --output-reproducible --short-PURLs --pyproject pyproject.toml \
    --output-format JSON --output-file build/sbom/python.cdx.json .venv 2>/dev/null
config/setup/node.sh npm sbom --sbom-format=cyclonedx --omit=dev --package-lock-only >build/sbom/pages.cdx.json
touch build/sbom/.stamp
