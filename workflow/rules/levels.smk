"""Fits at the levels of what varies in a scene: a speaker at each level of each factor.

Only where the domain has factors, or the study asks in several wordings. Needs: the choices of each
goal, the counts of yes, recipes/fit_levels.json (code, versions), recipes/fit_levels/{model}.json
(factors, what is fitted, Stan programs).
Makes: levels/{model}/{checkpoint}/{goal}.parquet, the thinned draws at each level.
"""

for _model in VARIED:
    _shared = bool(_model.fit.share)
    _goals = _model.goals if _shared else ["{goal}"]
    _job = "{checkpoint}" if _shared else "{checkpoint}/{goal}"

    rule:
        """Fit a goal, or goals that share parameters, at each level of each factor."""
        name:
            f"fit_levels_{_model.name}"
        input:
            code=recipe("fit_levels"),
            settings=recipe(f"fit_levels/{_model.name}"),
            semantics=f"{RESULTS}/semantics/{_model.name}/{{checkpoint}}.parquet",
            choices=[
                f"{RESULTS}/choices/{_model.name}/{{checkpoint}}/{goal}.parquet"
                for goal in _goals
            ],
        output:
            out=[
                f"{RESULTS}/levels/{_model.name}/{{checkpoint}}/{goal}.parquet"
                for goal in _goals
            ],
        log:
            f"{LOGS}/fit_levels/{_model.name}/{_job}.log",
        benchmark:
            f"{LOGS}/fit_levels/{_model.name}/{_job}.benchmark.tsv"
        conda:
            ENVIRONMENT
        threads: 1 + _shared
        resources:
            **NEEDS,
        shell:
            "tactometer inference.factor_levels --settings {input.settings:q}"
            " --semantics {input.semantics:q} --choices {input.choices:q} --out {output.out:q}"
            " --threads {threads} > {log:q} 2>&1"
