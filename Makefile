# One command each. Nothing is installed outside .venv; remove it with `make clean`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
SITE   ?= _build/site
# Many small problems: several threads of algebra for each only get in each other's way.
export OPENBLAS_NUM_THREADS ?= 1
JOBS   ?= 2

.PHONY: book test bench lint serve lock hooks clean help
.DEFAULT_GOAL := help

help:
	@echo "make book    set up and build the report; prints where to open it"
	@echo "make test    set up and run every test a person needs to trust the project"
	@echo "make serve   show the built report on this machine only"
	@echo "make bench   speed, beside the peers, in one run"
	@echo "make lint    style, types and the floors of the building"
	@echo "make lock    pin every package again (needs uv)"
	@echo "make hooks   refuse commits that hold a return or a child's identifier"
	@echo "make clean   remove what was built and set up"

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Python 3.11, 3.12 or 3.13 is needed; found " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12 book")'
	@echo "Setting up $(VENV) from requirements.lock (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

book: $(READY)
	@$(BIN)/btc-eval build --strict --jobs $(JOBS) --out $(SITE)
	@echo "Open $(CURDIR)/$(SITE)/index.html, or run: make serve"

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: lint book
	@sh tools/browser.sh
	@BTC_EVAL_SITE="$(CURDIR)/$(SITE)" $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --doctest-modules btc_eval tests

bench: $(READY)
	@$(BIN)/python -m benchmarks

serve: book
	@$(BIN)/btc-eval serve $(SITE)

lock:
	uv pip compile pyproject.toml --group test --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --output-file requirements.lock

hooks: $(READY)
	@printf '#!/bin/sh\nexec .venv/bin/python -m btc_eval.records.statutory.guard\n' > "$$(git rev-parse --git-path hooks)/pre-commit"
	@chmod +x "$$(git rev-parse --git-path hooks)/pre-commit"
	@echo "Commits are now inspected before they are made"

clean:
	rm -rf $(VENV) _build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
