"""Tactometer: from a study file to the speaker in each model.

    recipes -> requests, train -> ask -> parse -> count -> fit -> tables -> analyses -> figures, report

Plan with `snakemake -n`, run with `snakemake` or `snakemake --profile slurm`, take another study
with `--configfile config/studies/NAME.yaml`. Results stand under results/{study}/.
"""

import json
import os
import re
import sys
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version
from tactometer.cli import forkserver
from tactometer.recipes import (
    ancient_edges,
    job_environment,
    mtimes,
    one_timer,
    recipes,
    stop_signal,
)
from tactometer.study import file_names, study, study_files
from tactometer.terminal import views
from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError

min_version("9.27")
job_environment.use_this_package()
ancient_edges.look_behind()
one_timer.keep()
stop_signal.heed()

if not workflow.overwrite_configfiles:

    configfile: str(study_files.default_file())


# A run reads what was pinned when it began: its jobs are handed the file, named by its digest.
try:
    if workflow.is_main_process:
        STUDY = study.load(
            [Path(file) for file in workflow.configfiles],
            workflow.config_settings.config,
        )
        os.environ[recipes.PINNED] = str(recipes.pin(STUDY, Path("results")))
    else:
        STUDY = study.read(Path(os.environ[recipes.PINNED]))
    STUDY_FILE = os.environ[recipes.PINNED]
    RECIPES = recipes.pinned(Path(STUDY_FILE))
except UserError as error:
    raise WorkflowError(str(error)) from None

if workflow.is_main_process:
    views.attach(workflow, STUDY)

NAME = STUDY.name
RESULTS = f"results/{NAME}"
LOGS = f"logs/{NAME}"
ASKED = [model.name for model in STUDY.asked]
RECORDED = [model.name for model in STUDY.models.values() if model.recorded]
if workflow.is_main_process and mtimes.ahead(Path(RESULTS), recipes.PINS / NAME):
    print(f"tactometer: {mtimes.WARNING}", file=sys.stderr)
VARIED = [model for model in STUDY.asked if STUDY.varies(model)]
CHECKPOINTS = [(m.name, c) for m in STUDY.models.values() for c in m.checkpoints]


onstart:
    # Instead of Snakemake's own lock, which a killed run leaves behind.
    try:
        atomic_files.hold(recipes.PINS / NAME / "run.lock")
        atomic_files.probe(Path(RESULTS))
        file_names.check(STUDY, Path(RESULTS))
        if moved := mtimes.settle(Path(RESULTS), recipes.PINS / NAME):
            raise WorkflowError(f"{moved} Give the same command again.")
    except UserError as error:
        raise WorkflowError(str(error)) from None
    if workflow.local_exec:
        forkserver.begin(sum(1 for _ in workflow.dag.needrun_jobs()))


include: "workflow/rules/common.smk"
include: "workflow/rules/recipes.smk"
include: "workflow/rules/requests.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/ask.smk"
include: "workflow/rules/parse.smk"
include: "workflow/rules/fit.smk"
include: "workflow/rules/levels.smk"
include: "workflow/rules/compare.smk"
include: "workflow/rules/heldout.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/analyses.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/calibrate.smk"


report: "workflow/report/workflow.rst"


wildcard_constraints:
    model="[A-Za-z0-9][A-Za-z0-9._-]*",
    checkpoint="[A-Za-z0-9][A-Za-z0-9._-]*",
    goal="[A-Za-z0-9][A-Za-z0-9._-]*",
    prompt_set="[A-Za-z0-9][A-Za-z0-9._-]*",


rule all:
    """Target: everything."""
    default_target: True
    input:
        rules.tabulate.output,
        expand(f"{RESULTS}/tables/{{analysis}}.csv", analysis=ANALYSES),
        rules.describe.output,
        rules.draw.output,
        rules.write_report.output,
    localrule: True


rule ask:
    """Target: every answer."""
    input:
        [f"{RESULTS}/answers/{m}/{c}.done" for m, c in CHECKPOINTS if m in ASKED],
    localrule: True


rule semantics:
    """Target: what every checkpoint takes the words to mean."""
    input:
        [f"{RESULTS}/semantics/{m}/{c}.parquet" for m, c in CHECKPOINTS],
    localrule: True


rule fits:
    """Target: every posterior."""
    input:
        [
            f"{folder}/{g}.nc"
            for m, c in CHECKPOINTS
            for folder in folders_of_fits(STUDY.models[m], c)
            for g in STUDY.models[m].goals
        ],
    localrule: True


rule tables:
    """Target: the tables."""
    input:
        rules.tabulate.output,
        rules.describe.output,
    localrule: True


rule report:
    """Target: the page that stands alone, and the figures."""
    input:
        rules.write_report.output,
        rules.draw.output,
    localrule: True


for _model in STUDY.models:

    rule:
        """Target: one model alone, up to its tables."""
        name:
            f"model_{_model}"
        input:
            expand(f"{RESULTS}/tables/models/{_model}/{{table}}.parquet", table=TABLES),
        localrule: True
