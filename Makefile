# One virtual environment (.venv) serves the demo, the tests and the checks. It is made by the first target that
# needs it and made again only when pyproject.toml or constraints.txt has changed.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-fast crash soak check format constraints clean

VENV ?= .venv
BIN := $(VENV)/bin
# PYTHON=… chooses the interpreter that makes the environment; otherwise it is the first of these that can.
PYTHON ?=
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
PYTEST_ARGS ?=
# Errors are printed; QUIET= shows all that pip has to say.
QUIET ?= -qq
DEMO_ARGS ?=
SOAK_ARGS ?= --steps 40 --publications 800

# Every install, and every build of our own package, is held to the exact versions in constraints.txt, whatever pip
# is configured to do elsewhere. Older pips read the first name for both, newer ones the second for builds.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

# Tests wait more than they compute: three processes fill two cores.
TOGETHER := -n 3 --dist worksteal

## help: list the targets
help:
	@echo "planrrr: make TARGET"
	@sed -n 's/^## \([a-z-]*\): \(.*\)/  \1\t\2/p' Makefile | expand -t 16
	@echo "variables: PYTHON=python3.12  VENV=.venv  PYTEST_ARGS='-k name'  DEMO_ARGS='…'  SOAK_ARGS='--seed 1'"

## demo: schedule and publish a handful of posts against a local imitation of the platforms
demo: $(VENV)/.installed
	@$(BIN)/planrrr demo $(DEMO_ARGS)

## test: run every test, with a sample of the crash points and of the lies
test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest $(TOGETHER) $(PYTEST_ARGS)

## test-fast: run what takes less than a minute together: SQLite only, no killed processes
test-fast: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest $(TOGETHER) -m "not slow and not crash" -k "not postgresql" $(PYTEST_ARGS)

## crash: kill it at every commit and every call, tell it every lie, and read what the platform saw
crash: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest tests/crash tests/publishing/test_lies.py --exhaustive -rP $(TOGETHER) $(PYTEST_ARGS)

## soak: random posts, faults, kills and people from one seed, judged after every step
soak: $(VENV)/.installed-dev
	@$(BIN)/python tests/soak/soak.py $(SOAK_ARGS)

## check: format, lint, types and import rules, without changing anything
check: $(VENV)/.installed-dev
	@failed=0; for tool in "ruff format --check" "ruff check --quiet" mypy lint-imports; do \
		echo "check: $$tool"; $(BIN)/$$tool || failed=1; \
	done; exit $$failed

## format: put the code into shape, and mend what ruff can mend by itself
format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

## constraints: choose the newest versions that satisfy pyproject.toml anew, for every Python we support
constraints: $(VENV)/.made
	@echo "constraints: asking for the newest versions"
	@$(BIN)/python -m venv build/constraints
	@build/constraints/bin/python -m pip install $(QUIET) uv
	@build/constraints/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras \
		--custom-compile-command "make constraints" --output-file constraints.txt pyproject.toml
	@echo "constraints: constraints.txt holds $$(grep -c == constraints.txt) versions; run make test before you commit it"

## clean: remove the environment, builds and caches
clean:
	@rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -path ./.git -prune -o -name __pycache__ -type d -exec rm -rf {} +

# A Python without ensurepip (Debian packs it apart) cannot make an environment that has pip: the next one is tried.
$(VENV)/.made:
	@lame=; for python in $(PYTHONS); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
		"$$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || { lame="$$lame $$python"; continue; }; \
		echo "make: making $(VENV) with $$("$$python" -V)"; \
		"$$python" -m venv --clear $(VENV) && touch $@; exit; \
	done; \
	if [ -n "$$lame" ]; then set -- $$lame; \
		version=$$("$$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "make: $$1 cannot make a virtual environment because its venv package is missing; on Debian or Ubuntu: apt install python$$version-venv" >&2; \
	else echo "make: planrrr needs Python 3.11 or newer, and none of these is: $(strip $(PYTHONS))" >&2; fi; exit 1

# --compile: pip compiles what it installs even where PYTHONDONTWRITEBYTECODE is set, else every start would be slow.
$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	@echo "make: installing planrrr and its sandbox into $(VENV)"
	@$(BIN)/python -m pip install $(QUIET) --compile --editable '.[sandbox]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.made pyproject.toml constraints.txt
	@echo "make: installing planrrr and the tools that test it into $(VENV)"
	@$(BIN)/python -m pip install $(QUIET) --compile --editable '.[dev]'
	@touch $(VENV)/.installed $@
