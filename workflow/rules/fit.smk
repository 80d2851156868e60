"""Fit: the posterior of the speaker in each (model, checkpoint, goal).

Needs: counts and semantics, counts by order where the bias of place is estimated, recipes/fit.json (code, versions) and
recipes/fit/{model}.json (what is fitted for this model, and the Stan programs of that).
Makes: fits/{model}/{checkpoint}/{goal}.nc, a group per framing and speaker variant, and beside it
what the tables and analyses read of it: .estimates, .diagnostics, .predictive, .modes and .draws
(thinned).
"""

SUMMARIES = [
    f"{part}.parquet" for part in ("estimates", "diagnostics", "predictive", "modes")
]
PARTS = [*SUMMARIES, "draws.parquet"]
SHARING = [model.name for model in STUDY.models.values() if model.shares]
NEEDS = {  # four chains of 0.3 GB, and twice that to spare; most take a minute
    "mem_mb": lambda wildcards, attempt: 3000 * attempt,
    "runtime": lambda wildcards, attempt: 30 * attempt,
}
FIT = (
    "tactometer inference.fit --settings {input.settings:q} --semantics {input.semantics:q}"
    " --counts {input.counts:q} --orders {input.orders:q} --out {output.out:q}"
    " --threads {threads} > {log:q} 2>&1"
)


rule fit:
    """Fit all framings and speaker variants of one goal in one process."""
    input:
        code=recipe("fit"),
        settings=recipe("fit/{model}"),
        semantics=f"{RESULTS}/semantics/{{model}}/{{checkpoint}}.parquet",
        counts=f"{RESULTS}/counts/{{model}}/{{checkpoint}}/{{goal}}.parquet",
        orders=orders_of,
    output:
        out=f"{RESULTS}/fits/{{model}}/{{checkpoint}}/{{goal}}.nc",
        rest=[
            f"{RESULTS}/fits/{{model}}/{{checkpoint}}/{{goal}}.{part}"
            for part in PARTS
        ],
    log:
        f"{LOGS}/fit/{{model}}/{{checkpoint}}/{{goal}}.log",
    benchmark:
        f"{LOGS}/fit/{{model}}/{{checkpoint}}/{{goal}}.benchmark.tsv"
    wildcard_constraints:
        model=any_of([name for name in STUDY.models if name not in SHARING]),
    conda:
        ENVIRONMENT
    resources:
        **NEEDS,
    shell:
        FIT


for _model in SHARING:

    rule:
        """Fit all goals of a model at once, because they have parameters in common."""
        name:
            f"fit_{_model}"
        input:
            code=recipe("fit"),
            settings=recipe(f"fit/{_model}"),
            semantics=f"{RESULTS}/semantics/{_model}/{{checkpoint}}.parquet",
            counts=[
                f"{RESULTS}/counts/{_model}/{{checkpoint}}/{goal}.parquet"
                for goal in STUDY.models[_model].goals
            ],
            orders=[
                f"{RESULTS}/orders/{_model}/{{checkpoint}}/{goal}.parquet"
                for goal in STUDY.models[_model].goals
                if STUDY.models[_model].corrects_places
            ],
        output:
            out=[
                f"{RESULTS}/fits/{_model}/{{checkpoint}}/{goal}.nc"
                for goal in STUDY.models[_model].goals
            ],
            rest=[
                f"{RESULTS}/fits/{_model}/{{checkpoint}}/{goal}.{part}"
                for goal in STUDY.models[_model].goals
                for part in PARTS
            ],
        log:
            f"{LOGS}/fit/{_model}/{{checkpoint}}.log",
        benchmark:
            f"{LOGS}/fit/{_model}/{{checkpoint}}.benchmark.tsv"
        priority: 1  # the longest fit: start it first
        conda:
            ENVIRONMENT
        threads: 2
        resources:
            **NEEDS,
        shell:
            FIT
