# Everything a clone needs is python3 (3.11 or newer, with venv and pip) and make; `make` alone lists the targets.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
LOCKS := requirements.lock requirements-dev.lock requirements-installer.lock
# One file tells whether the virtual environment is current; it grows stale when a lock or pyproject.toml changes.
STAMP := .make/setup.stamp

# An account without a writable home (nobody, a container's user) gets no download cache instead of an error.
HOMELESS = $(if $(shell test -w "$$HOME" && echo writable),,yes)
UV = $(BIN)/uv $(if $(HOMELESS),--no-cache)
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check $(if $(HOMELESS),--no-cache-dir)
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)

.PHONY: help setup run test check bench bench-growth lock clean browser

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make the virtual environment with the locked dependencies (run and test do this first)
	@:

$(STAMP): $(LOCKS) pyproject.toml
	@test -x $(BIN)/python && $(BIN)/python -c '' 2>/dev/null || { \
	  echo "making .venv" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "python 3.11 or newer is needed: make PYTHON=python3.12")' \
	  && $(PYTHON) -m venv --clear .venv; }
	@echo "installing the locked dependencies"
	@$(PIP) install --no-deps --only-binary :all: --require-hashes -r requirements-installer.lock
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes --only-binary :all: requirements-dev.lock requirements-installer.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline --editable .
	@mkdir -p $(@D) && touch $@

run: setup ## start duebook with a demo company on its own PostgreSQL
	@exec $(BIN)/duebook serve --demo

test: setup browser ## run the whole test suite
	@$(BIN)/python -m pytest

# A browser is needed only by the tests of the pages.
browser:
	@if [ -d tests/desk ] && ! command -v chromium >/dev/null; then \
	  [ "$$(id -u)" = 0 ] || { echo "tests/desk needs chromium: as root, apt-get install chromium" >&2; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; fi

check: setup ## lint, formatting, strict types, and the stair rule of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-logo

bench: setup ## measure what docs/benchmarks.md publishes
	@$(BIN)/python -m bench

bench-growth: setup ## measure whether imports keep their rate at five million invoices
	@$(BIN)/python -m bench growth

lock: ## compile the locks anew; UPGRADE=--upgrade takes the newest releases
	@test -x $(BIN)/uv || $(MAKE) --no-print-directory setup
	@$(COMPILE) pyproject.toml --group dev --output-file requirements-dev.lock
	@$(COMPILE) pyproject.toml --constraints requirements-dev.lock --output-file requirements.lock
	@$(COMPILE) --group installer --output-file requirements-installer.lock

clean: ## remove the virtual environment and every cache; the books in .duebook stay
	@rm -rf .venv .make .pytest_cache .ruff_cache .hypothesis .import_linter_cache bench/out
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
