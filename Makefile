# The commands a person types. Each sets up what it needs; `make` alone lists them.

PYTHON ?= python3
PORT ?= 8765
OPENSEARCH_PORT ?= 9200
DATA ?= .holotype/demo
CASES ?= 2000
URL ?= http://127.0.0.1:$(PORT)

BIN := .venv/bin
INSTALLED := .venv/.installed
AUDITS := tests/graphql/serving/audits/node_modules/.package-lock.json
SOURCES := app indexer tests bench examples
BENCHES := import_floor indexing startup http_floor search_floor scale comparison lineage processes
SERVED := bulk_floor search_floor scale processes freshness

export HF_HUB_OFFLINE := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz check bench bench-servers bench-quality opensearch lock

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: $(INSTALLED) ## Install everything into .venv, with .venv/bin/holotype
	@echo "The command is .venv/bin/holotype"

demo: $(INSTALLED) ## Serve a sample of real models on PORT (8765) from DATA (.holotype/demo)
	@exec $(BIN)/python -m examples.demo --data "$(DATA)" --port "$(PORT)"

test: $(INSTALLED) $(AUDITS) ## Run the tests; the last lines say what was left out
	@$(BIN)/pytest -q -n auto --dist worksteal

fuzz: $(INSTALLED) ## Ask CASES (2000) random operations, other ones each time
	@HOLOTYPE_FUZZ_CASES=$(CASES) $(BIN)/pytest -q tests/graphql/serving/test_generated.py

check: $(INSTALLED) ## Run what finds mistakes without running the code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/uv pip check --quiet
	@$(BIN)/hadolint Dockerfile

bench: $(INSTALLED) ## Measure what is fast and what is found
	@for script in $(BENCHES); do echo "== $$script"; $(BIN)/python -m "bench.$$script" || exit 1; done

bench-servers: $(INSTALLED) ## Measure it on OpenSearch and PostgreSQL, and what happens while OpenSearch is away
	@for script in $(SERVED); do \
	  echo "== $$script"; $(BIN)/python -m "bench.$$script" --opensearch --postgresql || exit 1; done
	@echo "== catching_up"; $(BIN)/python -m bench.catching_up --postgresql

bench-quality: $(INSTALLED) ## Judge what is found at URL by a file of judged QUERIES; fail if it was better
	@test -n "$(QUERIES)" || { echo "Say which queries: make bench-quality QUERIES=FILE (bench/README.md)"; exit 1; }
	@$(BIN)/python -m bench.search_quality --queries "$(QUERIES)" --url "$(URL)"

opensearch: $(INSTALLED) ## Run OpenSearch on OPENSEARCH_PORT (9200); needs Maven and a JDK of 21 or newer
	@exec $(BIN)/python -m tests.opensearch $(OPENSEARCH_PORT)

lock: $(INSTALLED) ## Choose the newest versions of all dependencies anew
	@$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --upgrade --generate-hashes \
	  --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file requirements.lock

# uv comes by pip, pinned and hashed by the lock like everything else; the rest comes by uv.
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Holotype needs Python 3.11 or newer, and '$(PYTHON)' is not: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@awk '/^uv==/ { found = 1 } found { print } found && !/\\$$/ { exit }' requirements.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.lock
	@echo "Installing what requirements.lock names into .venv (with torch: a few minutes the first time)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# Where there is no npm, or nothing to be had by it, the test that needs it is left out and says so.
$(AUDITS): tests/graphql/serving/audits/package-lock.json
	@if command -v npm >/dev/null; then npm ci --silent --prefix tests/graphql/serving/audits || true; fi
