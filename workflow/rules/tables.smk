"""Tables: everything that figures, report and readers need, as Parquet and CSV.

Needs: fits, counts, semantics and choices; recipes/tables.json (labels, the truth of simulated
speakers, published values). Aggregates by model first, then over models: one huge fan-in is slow.
Makes: tables/models/{model}/{table}.parquet, tables/{table}.parquet and tables/{table}.csv.
"""

TABLES = [
    "estimates",
    "diagnostics",
    "counts",
    "semantics",
    "predictive",
    "recovery",
    "answers",
    "published",
    *(["agreement"] if STUDY.judge else []),
]


def parts_of(wildcards):
    """Everything that the fits, counts, semantics and choices of a model hold for the tables."""
    model = STUDY.models[wildcards.model]
    for checkpoint in model.checkpoints:
        place = f"{model.name}/{checkpoint}"
        yield f"{RESULTS}/semantics/{place}.parquet"
        for goal in model.goals:
            yield f"{RESULTS}/counts/{place}/{goal}.parquet"
            yield from (f"{RESULTS}/fits/{place}/{goal}.{part}" for part in PARTS)
        for prompt_set in model.prompt_sets:
            yield f"{RESULTS}/choices/{place}/{prompt_set}.parquet"
            if STUDY.judge:
                yield f"{RESULTS}/judgements/{place}/{prompt_set}.parquet"


rule gather:
    """Gather what the tables say of one model."""
    input:
        parts_of,
        code=recipe("tables"),
    output:
        expand(f"{RESULTS}/tables/models/{{{{model}}}}/{{table}}.parquet", table=TABLES),
    log:
        f"{LOGS}/gather/{{model}}.log",
    params:
        results=RESULTS,
    shell:
        "tactometer gather --study {STUDY_FILE:q} --model {wildcards.model:q}"
        " --results {params.results:q} > {log:q} 2>&1"


rule tabulate:
    """Put the models' tables together."""
    input:
        expand(
            f"{RESULTS}/tables/models/{{model}}/{{table}}.parquet",
            model=list(STUDY.models),
            table=TABLES,
        ),
        code=recipe("tables"),
    output:
        expand(f"{RESULTS}/tables/{{table}}.parquet", table=TABLES),
        csv=report(
            expand(f"{RESULTS}/tables/{{table}}.csv", table=TABLES),
            category="Tables",
            caption="../report/tables.rst",
            labels=lambda wildcards, output: {},
        ),
    log:
        f"{LOGS}/tabulate.log",
    params:
        results=RESULTS,
    shell:
        "tactometer tabulate --study {STUDY_FILE:q} --results {params.results:q} > {log:q} 2>&1"
