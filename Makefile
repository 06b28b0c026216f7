# Lookout. `make` alone lists what can be made. Works with GNU make 3.81 (macOS) and newer.
SHELL := /bin/sh
PYTHON := .venv/bin/python
STORE := $(if $(LOOKOUT_STORE),$(LOOKOUT_STORE),data/lookout.duckdb)
# One more than the two cores it is meant for: tests in a browser wait more than they work.
JOBS ?= 3

# Nothing here phones home, and numeric libraries do not fight over the cores with parallel tests.
export STREAMLIT_BROWSER_GATHER_USAGE_STATS := false
export DO_NOT_TRACK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup run demo test lint slow bench reference pictures

help: ## list what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.requirements-dev ## everything a developer needs, a browser for the tests included
	@$(PYTHON) tools/browser.py --install

run: .venv/.requirements $(STORE) ## the app on this machine, with the demo when there is no store yet
	@LOOKOUT_STORE="$(STORE)" $(PYTHON) -m monitoring run

demo: .venv/.requirements ## build the flights demo (again changes nothing)
	@LOOKOUT_STORE="$(STORE)" $(PYTHON) -m monitoring demo

lint: .venv/.requirements-dev ## format, style, types and the direction of imports
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/pyright
	@.venv/bin/lint-imports

test: setup lint ## lint, then every test but the slow ones, in a browser too
	@OMP_NUM_THREADS=1 LOOKOUT_THREADS=1 $(PYTHON) -m pytest -q -n $(JOBS) --dist loadfile

slow: .venv/.requirements-dev ## laws that need minutes: crashes, false-alarm rates
	@$(PYTHON) -m pytest -q tests/slow -o norecursedirs='.* node_modules'
	@$(PYTHON) -m pytest -q tests/store -m hypothesis --hypothesis-profile=slow

bench: .venv/.requirements-dev ## time and memory against a plain scan, as ratios of one run
	@$(PYTHON) benchmarks/run.py

reference: .venv/.requirements ## write docs/reference from what the code says
	@$(PYTHON) tools/reference.py

pictures: .venv/.requirements-dev ## take the pictures of the documents from the app, in a few minutes
	@OMP_NUM_THREADS=1 $(PYTHON) tools/pictures.py

$(STORE): | .venv/.requirements
	@LOOKOUT_STORE="$(STORE)" $(PYTHON) -m monitoring demo

$(PYTHON):
	@sh tools/venv.sh

# The stamps make the second start quick: packages are installed again only when a list has changed.
.venv/.requirements: requirements.txt | $(PYTHON)
	@echo "Installing the packages of requirements.txt ..."
	@$(PYTHON) -m pip install --quiet -r requirements.txt && touch $@

.venv/.requirements-dev: requirements-dev.txt requirements.txt | $(PYTHON)
	@echo "Installing the packages of requirements-dev.txt ..."
	@$(PYTHON) -m pip install --quiet -r requirements-dev.txt && touch $@ .venv/.requirements
