# SPDX-License-Identifier: AGPL-3.0-or-later
# Paths are relative throughout: make cannot name a file in a folder with spaces.
SHELL := /bin/sh
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: setup
setup: .venv/.runtime ## Prepara .venv con le versioni fissate (solo se serve)

.venv/.runtime: requirements.txt pyproject.toml config/setup/venv.sh
	@config/setup/venv.sh
