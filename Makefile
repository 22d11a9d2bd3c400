.DEFAULT_GOAL := help
PYTHON ?= $(shell scripts/find-python)
BIN := .venv/bin
# Schemathesis gives all its tests one id, and what has the same id is run once where processes share the tests.
ONE_ID := tests/security/test_openapi_fuzz.py
LOCK := $(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock"

.PHONY: help setup demo run sample test bench audit format catalogues lock clean

help: ## What there is
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/ —/'

setup: .venv/.packages ## Everything that the other targets need
	@$(BIN)/python -m local setup

.venv/.packages: requirements-dev.txt
	@echo "Setting up: Python packages (about 40 s) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

demo: setup ## The whole flow on this machine: an export, a download, a deletion read back
	@$(BIN)/python -m local demo

run: setup ## The stack stays up and prints calls to paste
	@$(BIN)/python -m local run

sample: setup ## The stack, and the sample's website in front of it
	@$(BIN)/python -m local sample

bench: setup ## Speed beside the bare minimum of the same work
	@$(BIN)/python -m benchmarks all

test: setup ## Format, lint, types, layers, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile --ignore $(ONE_ID)
	$(BIN)/pytest $(ONE_ID)

audit: setup ## Known vulnerabilities of what the app ships; asks PyPI, and fails where that does not say
	@$(BIN)/uv -q tool run pip-audit==2.10.1 --strict --disable-pip --require-hashes -r requirements.txt

format: setup ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

catalogues: setup ## Compile what people read after a change in a .po file
	$(BIN)/pybabel compile -d export_function/report/locale -D report
	$(BIN)/pybabel compile -d shared/locale -D phrases

lock: setup ## Renew the lock files after a change in pyproject.toml
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --extra dev pyproject.toml -o requirements-dev.txt
	$(LOCK) --extra operate pyproject.toml -o requirements-operate.txt
	$(LOCK) requirements-node.in -o requirements-node.txt

clean: ## Remove what setup made
	rm -rf .venv .local
