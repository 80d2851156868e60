"""Train: the checkpoints of open weights, where a study says how they are made.

Needs: recipes/train/{model}.json (method, data, base, settings, versions).
Makes: training/{model}/trained.json, and beside it losses.jsonl, which is no output. The checkpoints
stand under runs/{study}/{model}, where Snakemake neither deletes nor looks at them: what is asked of
them is known by its recipe, and may be deleted once it has answered.
"""


rule train:
    """Train a model to its last step; an interrupted training goes on from its last checkpoint."""
    input:
        how=recipe("train/{model}"),
    output:
        done=f"{RESULTS}/training/{{model}}/trained.json",
    log:
        f"{LOGS}/train/{{model}}.log",
    benchmark:
        f"{LOGS}/train/{{model}}.benchmark.tsv"
    wildcard_constraints:
        model=any_of(model.name for model in TRAINED),
    conda:
        ENVIRONMENT
    resources:
        **needs(TRAINED, kind="training_resources"),
    params:
        study=pinned,
        runs=f"runs/{NAME}/{{model}}",
        losses=f"{RESULTS}/training/{{model}}/losses.jsonl",
    shell:
        "exec tactometer training.train --study {params.study:q} --model {wildcards.model:q}"
        " --runs {params.runs:q} --losses {params.losses:q} --done {output.done:q}"
        " >> {log:q} 2>&1"
