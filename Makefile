# One command from extracts to a board pack. `make` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
DATA ?= demo
PERIOD ?= latest
REGION ?=
SOURCE_PATH ?=

BIN := .venv/bin
RUN := .venv/.installed-run
DEV := .venv/.installed-dev
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
WHAT := --data $(DATA) --period $(PERIOD) --source-path "$(SOURCE_PATH)"

.PHONY: help report packs lab test check demo docs bench evaluate clean quarto lock

help:  ## List what make can do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-8s %s\n", $$1, $$2}'

report: $(RUN)  ## Build one pack: make report REGION=east [PERIOD=2026-10 DATA=demo SOURCE_PATH=…]
	@$(BIN)/analysis report --region "$(REGION)" $(WHAT)

packs: $(RUN)  ## Build the pack of every region, and of the whole firm: make packs [PERIOD=… DATA=…]
	@$(BIN)/analysis packs $(WHAT)

lab: $(RUN) demo  ## Open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --notebook-dir=notebooks

test: $(DEV) demo  ## Run the tests, and every notebook from top to bottom
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile
	@$(BIN)/python -m pytest -q -p no:cacheprovider --nbval-lax -n 2 --dist loadfile notebooks

check: $(DEV)  ## Check style, types, layers, and that notebooks and docs are clean
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "not formatted as ruff does: run $(BIN)/ruff format"; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb || { echo "notebooks hold outputs: run $(BIN)/nbstripout --keep-id notebooks/*.ipynb"; exit 1; }
	@$(BIN)/python -m pytest -q -p no:cacheprovider tests/test_layers.py tests/test_docs.py tests/test_environment.py tests/test_notebooks_form.py

demo: $(RUN)  ## Make the extracts of the invented firm in data/demo
	@$(BIN)/analysis demo

docs: $(RUN)  ## Write docs/measures.md, data-model.md and cleaning.md from the code
	@$(BIN)/analysis docs

bench: $(DEV) demo  ## Measure packs, snapshots of 1, 10 and 50 million lines, and the three engines
	@$(BIN)/python tests/bench/bench_pack.py
	@$(BIN)/python tests/bench/bench_data.py
	@$(BIN)/python tests/bench/bench_engines.py

evaluate: $(DEV)  ## Score the suite on what is known to be true: reports/evaluation/
	@$(BIN)/analysis evaluate data
	@$(BIN)/analysis evaluate diagnosis

clean:  ## Remove what can be made again: packs, snapshots, the demo firm, caches (not the environment)
	@rm -rf reports/runs reports/evaluation data/demo data/quiet data/large data/snapshots .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

quarto: $(RUN)  ## Install Quarto, the field's standard publisher, into the environment
	@$(INSTALL) quarto-cli 2> .venv/quarto.log && $(BIN)/quarto --version || { \
	  echo "Quarto could not be installed: its package downloads the program from GitHub, which was not reached (.venv/quarto.log)."; \
	  echo "Packs are made all the same, by the embedded publisher, with the same sections, captions and numbers."; \
	  echo "To have Quarto: get it from quarto.org or conda-forge (environment.yml), and put it on the PATH."; \
	  exit 1; }

lock: $(DEV)  ## Compile requirements/ anew from pyproject.toml
	@$(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --upgrade -o requirements/run.txt
	@$(BIN)/uv pip compile --quiet pyproject.toml --extra dev -c requirements/run.txt --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade -o requirements/dev.txt

.venv/.created: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 …"; exit 1; }
	@echo "Making the environment in .venv (once)"
	@$(PYTHON) -m venv .venv || { \
	  echo "Python cannot make environments here; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(RUN): .venv/.created requirements/run.txt pyproject.toml
	@echo "Installing the requirements (once, and when they change)"
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(RUN) requirements/dev.txt
	@echo "Installing what the tests need (once, and when it changes)"
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@
