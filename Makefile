# The chores. What needs more than a line is a small program in bin/.
PYTHON ?= python3
PORT ?= 8000
DATA ?= var
NAME ?= fanout
ARGS ?=

chore = @command -v $(PYTHON) >/dev/null 2>&1 || { echo "Fairmatch needs Python 3.11 to 3.14: install one of them and run this again." >&2; exit 1; }; exec $(PYTHON) -m bin

.DEFAULT_GOAL := help
.PHONY: help setup run test unit lint format messages docs screenshots icons bench pins clean

help: ## List the chores
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install what the server needs: .venv and node_modules, pinned and checked
	$(chore) setup

run: ## Serve the demo fair on this machine; PORT=8000 DATA=var
	$(chore) run "$(PORT)" "$(DATA)"

test: ## Lint, then run every test on both grounds; ARGS="tests/people -x" goes to pytest
	$(chore) test $(ARGS)

unit: ## Run the fast tests alone; ARGS as above
	$(chore) unit $(ARGS)

lint: ## Check style, types and layers
	$(chore) lint

format: setup ## Put the Python sources into the project's form
	@.venv/bin/ruff format --quiet && .venv/bin/ruff check --quiet --fix

messages: ## Bring the translations up to date with the texts in the sources
	$(chore) messages

docs: ## Write the generated pages of docs/ anew
	$(chore) docs

screenshots: ## Take the pictures in docs/screenshots; ARGS=--all takes every page, into var
	$(chore) screenshots $(ARGS)

icons: ## Draw the pictures for home screens anew
	$(chore) icons

bench: ## Measure; NAME=fanout, ARGS=--json
	$(chore) bench $(NAME) $(ARGS)

pins: ## Resolve the Python packages anew into requirements/
	$(chore) pins

clean: ## Remove what was installed and made; the data folder stays
	@rm -rf .venv node_modules *.egg-info build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis var/uv var/uv-cache var/test-results
