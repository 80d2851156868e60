"""Fit: the posterior of the speaker in each (model, checkpoint, goal).

Needs: counts and semantics, counts by order where the bias of place is estimated, recipes/fit.json (code, versions) and
recipes/fit/{model}.json (what is fitted for this model, and the Stan programs of that).
Makes: fits/{model}/{checkpoint}/{goal}.nc, a group per framing and speaker variant, and beside it
what the tables and analyses read of it: .estimates, .diagnostics, .predictive, .modes and .draws
(thinned). A fit that stands beside the headline (`fits` of the study) is made in the same way of
recipes/fit/{model}/{fit}.json, below fits/{model}/{checkpoint}/{fit}/.
"""

SUMMARIES = [
    f"{part}.parquet" for part in ("estimates", "diagnostics", "predictive", "modes")
]
PARTS = [*SUMMARIES, "draws.parquet"]
SHARING = [model.name for model in STUDY.models.values() if model.shares]
FURTHER = [
    (m, name, fit) for m in STUDY.models.values() for name, fit in m.further.items()
]
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


# A rule for what the wildcards of `fit` do not tell apart: the goals of a model at once, where they
# have parameters in common, and each fit beside the headline.
APART = [
    *((STUDY.models[name], [], STUDY.models[name].fit, True) for name in SHARING),
    *((m, [name], fit, bool(fit.share)) for m, name, fit in FURTHER),
]

for _model, _named, _fit, _shared in APART:
    _goals = _model.goals if _shared else ["{goal}"]
    _called = "+".join([_model.name, *_named])
    _at = Path("{checkpoint}", *_named)
    _job = _at if _shared else _at / "{goal}"

    rule:
        """Fit a model's goals at once, or one of them, under the headline's or another name."""
        name:
            f"fit_{_called}"
        input:
            code=recipe("fit"),
            settings=recipe(Path("fit", _model.name, *_named)),
            semantics=f"{RESULTS}/semantics/{_model.name}/{{checkpoint}}.parquet",
            counts=[
                f"{RESULTS}/counts/{_model.name}/{{checkpoint}}/{goal}.parquet"
                for goal in _goals
            ],
            orders=[
                f"{RESULTS}/orders/{_model.name}/{{checkpoint}}/{goal}.parquet"
                for goal in _goals
                if _model.corrects(_fit)
            ],
        output:
            out=[f"{RESULTS}/fits/{_model.name}/{_at}/{goal}.nc" for goal in _goals],
            rest=[
                f"{RESULTS}/fits/{_model.name}/{_at}/{goal}.{part}"
                for goal in _goals
                for part in PARTS
            ],
        log:
            f"{LOGS}/fit/{_model.name}/{_job}.log",
        benchmark:
            f"{LOGS}/fit/{_model.name}/{_job}.benchmark.tsv"
        priority: int(_shared)  # the longest fit: start it first
        conda:
            ENVIRONMENT
        threads: 1 + _shared
        resources:
            **NEEDS,
        shell:
            FIT
