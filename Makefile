# Everything a person or CI runs. Needs Python 3.11+ and make; the rest is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The demo runs against the embedded server with its scripted STUB model: no key, no outside model.
DEMO_ENV := LETTA_MODEL=openai-proxy/gpt-4o-mini LETTA_EMBEDDING_MODEL=openai/text-embedding-3-small

.PHONY: demo test soak check bench schemas clean

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

## demo: a real Letta server, the reference constellation for two users, and a second, empty plan
demo: $(READY)
	@set -eu; export $(DEMO_ENV); \
	LETTA_BASE_URL=$$($(BIN)/reconciler server up --name demo --port 0 --with-stub-model | tail -n 1); \
	export LETTA_BASE_URL; \
	$(BIN)/reconciler server reset --name demo; \
	set -x; \
	$(BIN)/reconciler plan constellations/pattern; \
	$(BIN)/reconciler apply constellations/pattern --yes; \
	$(BIN)/reconciler plan constellations/pattern --detailed-exitcode
	@echo "The second plan is empty. Stop the server with: $(BIN)/reconciler server down --name demo"

## test: lint, types and every test, on the real server
test: check
	$(BIN)/python -m pytest

## soak: an hour of storms and kills, on the real server; never part of the tests
soak: $(READY)
	$(BIN)/python -m pytest -m soak

## check: lint and types only
check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

## bench: requests, seconds and memory; never part of the tests
bench: $(READY)
	$(BIN)/python -m tests.bench

## schemas: write schemas/ anew from the models
schemas: $(READY)
	$(BIN)/reconciler schema -o schemas

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
