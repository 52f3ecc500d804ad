# Everything a person or CI runs. Needs Python 3.11+ and make; the rest is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What is installed: by default exactly the files requirements.lock names, checked by hash. `LATEST=1` takes the newest
# releases pyproject.toml allows instead, `LOWEST=1` the oldest. Another choice makes the environment anew.
CHOICE := $(if $(LATEST),latest,$(if $(LOWEST),lowest,locked))
READY := $(VENV)/.ready-$(CHOICE)
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The demo runs against the embedded server with its scripted STUB model: no key, no outside model.
DEMO_ENV := LETTA_MODEL=openai-proxy/gpt-4o-mini LETTA_EMBEDDING_MODEL=openai/text-embedding-3-small
# Half of the time is spent waiting for servers: four workers, where the memory is there (each has a server of its
# own, with 1 GB for both), else one for each core.
WORKERS := $(shell awk '/^MemAvailable/ {n = $$2} END {print (n > 8000000 ? 4 : "auto")}' /proc/meminfo 2>/dev/null || echo auto)
SIDE_BY_SIDE = -n $(WORKERS) --maxprocesses 4 --dist worksteal

.PHONY: demo test quick soak histories month mutations clients fuzz check bench lock schemas clean
.PHONY: install-locked install-latest install-lowest

$(READY): pyproject.toml requirements.lock
	$(PYTHON) -m venv --clear $(VENV)
	$(MAKE) --no-print-directory install-$(CHOICE)
	touch $@

install-locked:
	$(PIP) install --quiet --require-hashes --only-binary :all: -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .

install-latest:
	$(PIP) install --quiet -e '.[test]'

install-lowest: # uv from an environment of its own: it is itself among what is installed
	$(PYTHON) -m venv $(VENV)/resolver
	$(VENV)/resolver/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)/resolver/bin/uv pip install --quiet --python $(BIN)/python --resolution lowest-direct -e '.[test]'

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

## test: lint, types and the tests, on real servers; of long matrices a part, as tests/thinned.yaml says
test: check
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)
	@echo "Not run: make soak (the rest of the matrices), make clients (other MCP clients, editors; needs Node.js)."

## quick: lint, types and the tests that need no server; starts and installs none
quick: check
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not server"

## soak: what `test` leaves out, storms, kills at every single write and a month of a company on real servers, then an
## hour of histories
soak: $(READY)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m soak
	$(BIN)/python -m tests.histories --minutes 60

## histories: ten thousand random lives of a project on a simulated server; goes on where the last run stopped
histories: $(READY)
	$(BIN)/python -m tests.histories

## month: thirty days of a small company on a real server, with what grows; DAYS=5 SEED=7 plays others
month: $(READY)
	$(BIN)/python -m tests.month $(if $(DAYS),--days $(DAYS)) $(if $(SEED),--seed $(SEED))

## mutations: ten drawn faults are planted into the product, one by one; histories must notice each of them
mutations: $(READY)
	$(BIN)/python -m tests.histories.mutations

## clients: official MCP clients and the language server of editors, from a lock of their own; needs Node.js 20 or later
clients: $(READY)
	cd tests/clients && npm ci --silent
	$(BIN)/python -m pytest tests/clients

## fuzz: damaged input of every kind for an hour, on a simulated server; SEED=7 plays the same again
fuzz: $(READY)
	$(BIN)/python -m tests.fuzz --minutes 60 $(if $(SEED),--seed $(SEED))

## check: lint and types only
check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

## bench: requests, seconds and memory; never part of the tests
bench: $(READY)
	$(BIN)/python -m tests.bench

## lock: write requirements.lock anew: the newest of everything, for Python 3.11 to 3.14, with hashes, without an index
lock: $(READY)
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --extra test --group build --custom-compile-command "make lock" \
	    --output-file requirements.lock pyproject.toml

## schemas: write schemas/ anew from the models
schemas: $(READY)
	$(BIN)/reconciler schema -o schemas

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
