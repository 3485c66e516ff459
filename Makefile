# SPDX-License-Identifier: AGPL-3.0-or-later
# Paths are relative throughout: make cannot name a file in a folder with spaces.
SHELL := /bin/sh
PY := .venv/bin/python
BROWSER ?= chromium
export BROWSER
.DEFAULT_GOAL := help
.PHONY: help run setup assets test test-all trust mutants bench bench-large lint types scripts migrate schema demo check messages pins

help: ## Mostra questo elenco
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: setup assets ## Avvia il portale: http://127.0.0.1:8000 (Ctrl-C per fermarlo)
	@exec $(PY) -m portal run

setup: .venv/.runtime build/sbom/.stamp ## Prepara .venv con le versioni fissate e ne scrive l’elenco, solo se serve

assets: portal/static/vendor/.stamp ## Prepara stile, caratteri e script delle pagine, solo se serve

test: setup assets .venv/.dev ## Esegue le prove su tutti i processori (BROWSER=none: senza browser)
	@config/setup/browser.sh
	@$(PY) -m pytest $(BOTH) --trust $(ARGS)

test-all: setup assets .venv/.dev ## Esegue anche le prove lunghe e tutte le mutazioni
	@config/setup/browser.sh
	@$(PY) -m pytest $(BOTH) --trust -m "" --hypothesis-profile=long $(ARGS)

# Three for two processors: walks and killed processes wait for a third of their time. Each has
# servers of its own in memory, hence the limit; who is done takes from the others.
BOTH := -n $(shell n=$$(( ($$(nproc) * 3 + 1) / 2 )); echo $$(( n < 6 ? n : 6 ))) --dist worksteal

trust: setup assets .venv/.dev ## Attacchi e guasti veri, in una pagina di cifre: oltre un’ora (ARGS=--fast: minuti)
	@config/setup/browser.sh
	@$(PY) -m tests.trust $(ARGS)

mutants: setup .venv/.dev ## Toglie una protezione alla volta: le prove devono accorgersene
	@$(PY) -m tests.mutants $(ARGS)

bench: setup assets .venv/.dev ## Misura la velocità con 33 sportelli, accanto ai suoi limiti
	@$(PY) -m tests.bench M $(ARGS)

bench-large: setup assets .venv/.dev ## Lo stesso con 7.896 sportelli: la prima volta prepara 30 GB di dati
	@$(PY) -m tests.bench L $(ARGS)

lint: setup .venv/.dev ## Controlla stile del codice e confini tra le parti
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@.venv/bin/lint-imports

types: setup .venv/.dev ## Controlla i tipi
	@$(PY) -m mypy

scripts: node_modules/.checks ## Controlla gli script delle pagine
	@config/setup/node.sh node_modules/.bin/eslint --max-warnings 0 .

check: lint types scripts test ## Tutto ciò che deve passare prima di consegnare una modifica

migrate: setup ## Porta la banca dati alla versione del codice
	@$(PY) -m portal migrate

schema: setup .venv/.dev ## Dopo una migrazione nuova: riscrive ciò che la banca dati deve avere
	@$(PY) -m tests.builds schema

demo: setup ## Carica la rete dimostrativa
	@$(PY) -m portal demo

messages: setup ## Raccoglie i testi da tradurre in translations/messages.pot
	@mkdir -p translations
	@.venv/bin/pybabel -q extract -F config/babel.cfg -k _l -k lazy_gettext --no-wrap --sort-by-file \
		--project=Sportelli --version="$$($(PY) -c 'import portal; print(portal.__version__)')" \
		-o translations/messages.pot .

pins: .venv/.dev ## Ricalcola le versioni fissate da requirements.in e requirements-dev.in
	@$(PIN) -o requirements.txt requirements.in
	@$(PIN) -o requirements-dev.txt requirements-dev.in
	@$(PIN) -o config/setup/node.txt config/setup/node.in
	@$(PIN) -o config/setup/sbom.txt config/setup/sbom.in

PIN := PIP_FIND_LINKS= $(PY) -m piptools compile --quiet --upgrade --generate-hashes --strip-extras \
	--allow-unsafe --no-header --no-emit-index-url --no-emit-find-links

# The scripts of an environment name its folder, so one that was moved is made again.
MOVED := $(shell [ "$$(cat .venv/.place 2>/dev/null)" = "$$(pwd -P)" ] || echo moved)
.PHONY: moved
moved:

.venv/.runtime: requirements.txt pyproject.toml config/setup/venv.sh $(MOVED)
	@config/setup/venv.sh

build/sbom/.stamp: package-lock.json config/setup/sbom.sh config/setup/sbom.txt .venv/.runtime
	@config/setup/sbom.sh

.venv/.dev: requirements-dev.txt .venv/.runtime
	@config/setup/venv.sh dev

# After the assets, which leave out of node_modules what only checks.
node_modules/.checks: package-lock.json | portal/static/vendor/.stamp
	@echo "Preparo il controllo degli script (solo la prima volta)."
	@config/setup/node.sh npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch node_modules/.checks

portal/static/vendor/.stamp: package-lock.json config/assets/build.mjs | .venv/.runtime
	@config/setup/assets.sh
