# Needs Python 3.11 or newer and make. Everything else comes along, below .venv and .portal.
#   make demo [PORT=8000]   the portal with sample cases; Ctrl-C stops it, the data stays
#   make test               all checks and tests
#   make lint               the checks alone
#   make walks              twenty thousand random tries with real cases, in some minutes
#   make reset              remove the demo's data
#   make lock               write the lock files anew after a change in pyproject.toml

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
export PORT
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint walks reset lock install

help:
	@sed -n 's/^#   //p' $(firstword $(MAKEFILE_LIST))

install: $(INSTALLED)

$(INSTALLED): requirements.lock
	@set -e; \
	for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
	  echo "Python 3.11 or newer is needed and not found: install it, or name it: make PYTHON=/path/to/python3"; exit 1; \
	fi; \
	if ! "$$found" -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$found lacks its venv part: install it (on Debian and Ubuntu: the package python3-venv)"; exit 1; \
	fi; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then rm -rf $(VENV); "$$found" -m venv $(VENV); fi
	@echo "Installing the Python packages of requirements.lock ..."
	@$(BIN)/python -m pip install --quiet --no-compile --require-hashes --requirement requirements.lock
	@touch $@

demo: $(INSTALLED)
	@exec $(BIN)/python -m asylum_portal.demo

# The tests come last, so that the last line is their summary.
test: lint
	@exec $(BIN)/python -m pytest

# Values with which the production settings load; an exported DATABASE_URL or SECRET_KEY does not change the checks.
PRODUCTION := env $$(grep -v '^\#' tests/setup/production.env) DJANGO_SETTINGS_MODULE=asylum_portal.settings.production
TESTING := env DJANGO_SETTINGS_MODULE=asylum_portal.settings.test

lint: $(INSTALLED)
	@echo "== code"
	@$(BIN)/python -m ruff check --quiet .
	@$(BIN)/python -m ruff format --check --quiet .
	@echo "== imports"
	@$(BIN)/python -c 'from importlinter.cli import lint_imports_command as run; run()' --no-logo
	@echo "== types"
	@$(BIN)/python -m mypy
	@echo "== catalogues"
	@$(TESTING) $(BIN)/python manage.py catalogues compile
	@$(TESTING) $(BIN)/python manage.py catalogues check
	@echo "== migrations"
	@$(TESTING) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@echo "== production settings"
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@echo "== docker-compose.yml"
	@$(BIN)/python -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

# Half of the places on each core; the summary says how many tries it were.
walks: $(INSTALLED)
	@PORTAL_TEST_TRIES=20000 $(BIN)/python -m pytest tests/procedure/test_walks.py --dist load -rP

reset: $(INSTALLED)
	@exec $(BIN)/python -m asylum_portal.demo reset

lock: $(INSTALLED)
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/python -m uv pip compile pyproject.toml --group embedded --group test --output-file requirements.lock \
	  --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --quiet
	@$(BIN)/python -m uv pip compile pyproject.toml --constraint requirements.lock --output-file requirements.production.lock \
	  --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --quiet
