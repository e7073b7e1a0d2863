PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup run test slow check picture ui page lock release mutants

# The stamp is newer than the lock file once everything in it is installed.
.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'jiqun needs CPython 3.11 or newer: make PYTHON=python3.11 ...')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

setup: .venv/.installed

run: setup
	$(BIN)/jiqun run

test: setup
	$(BIN)/python -m pytest -n auto

slow: setup
	$(BIN)/python -m pytest -m slow

# dg reads from a home of its own that nothing is to be sent anywhere.
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@home=$$(mktemp -d) && trap 'rm -r '$$home EXIT && cp dagster.yaml $$home && \
		DAGSTER_HOME=$$home VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/dg check defs

# The README's picture, after `make run`.
picture: setup
	$(BIN)/python docs/images/draw_map.py

# The README's picture of the Dagster UI, after `make run`; needs Node and Chromium.
ui: setup
	npm ci --prefix web --no-audit --no-fund
	DAGSTER_HOME=$$(mktemp -d) $(BIN)/dagster dev --port 3999 & server=$$!; sleep 40; \
		node web/browser/ui.mjs http://127.0.0.1:3999 "$$(command -v chromium)" docs/images; kill $$server

# Needs Node; run after web/ changes. What it builds is committed, so nobody else needs it.
page:
	npm ci --prefix web --no-audit --no-fund
	npm run --prefix web check
	npm run --prefix web test
	npm run --prefix web build

# Needs uv; run after the dependencies in pyproject.toml change.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --extra test --generate-hashes \
		--no-annotate --no-strip-extras --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --extra postgresql --extra kubernetes \
		--generate-hashes --constraint requirements.lock \
		--no-annotate --no-strip-extras --custom-compile-command "make lock" pyproject.toml --output-file deploy/requirements.lock

# Wheel and source distribution, checked, and the wheel tried in an empty environment.
release: setup
	rm -rf dist .release
	$(BIN)/python -m pip install --quiet build twine
	$(BIN)/python -m build --outdir dist
	$(BIN)/python -m twine check --strict dist/*
	$(PYTHON) -m venv .release
	.release/bin/python -m pip install --quiet dist/*.whl
	cd .release && bin/jiqun world world --size small && bin/jiqun run world --out results && bin/jiqun --version
	rm -rf .release

# Faults put into the core one by one, and whether a test sees each: an hour or two. Then
# `mutmut results` lists those that none saw, `mutmut show NAME` what was changed.
mutants: setup
	$(BIN)/python -m pip install --quiet mutmut
	$(BIN)/mutmut run
	$(BIN)/mutmut results
