"""Tables: everything that figures, report and readers need, as Parquet and CSV.

Needs: fits, counts, semantics and choices; recipes/gather.json (labels, the truth of simulated
speakers, published values). Aggregates by model first, then over models: one huge fan-in is slow.
Makes: tables/models/{model}/{table}.parquet, tables/{table}.parquet, .csv and .html (for the report).
"""

TABLES = [
    "estimates",
    "diagnostics",
    "modes",
    "counts",
    "semantics",
    "predictive",
    "recovery",
    "answers",
    "invalid",
    "prompt_sets",
    "asked",
    "served",
    "thoughts",
    "replies",
    "published",
    "comparison",
    *(["comprehension"] if STUDY.checks_comprehension else []),
    *(["heldout"] if STUDY.holds_out else []),
    *(["agreement"] if STUDY.judge else []),
]


rule gather:
    """Gather what the tables say of one model."""
    input:
        parts_of,
        code=recipe("gather"),
    output:
        expand(f"{RESULTS}/tables/models/{{{{model}}}}/{{table}}.parquet", table=TABLES),
    log:
        f"{LOGS}/gather/{{model}}.log",
    conda:
        ENVIRONMENT
    params:
        study=pinned,
        results=lambda wildcards: RESULTS,
    shell:
        "tactometer tables.gather --study {params.study:q} --model {wildcards.model:q}"
        " --results {params.results:q} > {log:q} 2>&1"


rule tabulate:
    """Put the models' tables together."""
    input:
        parts=expand(
            f"{RESULTS}/tables/models/{{model}}/{{table}}.parquet",
            model=list(STUDY.models),
            table=TABLES,
        ),
        code=recipe("tabulate"),
    output:
        expand(
            f"{RESULTS}/tables/{{table}}.{{kind}}",
            table=TABLES,
            kind=["parquet", "csv"],
        ),
        **{
            table: report(
                f"{RESULTS}/tables/{table}.html",
                category="Tables",
                caption="../report/tables.rst",
                labels={"table": table},
            )
            for table in TABLES
        },
    log:
        f"{LOGS}/tabulate.log",
    group:
        "end"
    conda:
        ENVIRONMENT
    params:
        study=pinned,
        tables=TABLES,
        out=lambda wildcards: f"{RESULTS}/tables",
    shell:
        "tactometer tables.tabulate --study {params.study:q} --tables {params.tables:q}"
        " --out {params.out:q} > {log:q} 2>&1"
