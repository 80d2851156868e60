"""Analyses: from posteriors and answers to findings, a table each.

Needs: tables, fits and choices; recipes/condense.json and recipes/analyse/{analysis}.json (the code
of that analysis alone, the study's thresholds).
Makes: analyses/{model}/draws.parquet, answers.parquet and, where factors vary, levels.parquet (what the
analyses read of a model beside its tables), tables/{analysis}.parquet, .csv and .html. An analysis that does not apply gives a table without rows.
tables/dictionary.csv says what every column of every table means, README.txt what each file is.
"""

from tactometer.study import analyses

ANALYSES = analyses.names()

CONDENSED = [
    f"{part}.parquet"
    for part in ("draws", "answers", *(["levels"] if STUDY.factors else []))
]


rule condense:
    """Gather the thinned draws and the answers of one model."""
    input:
        thinned,
        code=recipe("condense"),
    output:
        expand(f"{RESULTS}/analyses/{{{{model}}}}/{{part}}", part=CONDENSED),
    log:
        f"{LOGS}/condense/{{model}}.log",
    conda:
        ENVIRONMENT
    params:
        study=pinned,
        results=lambda wildcards: RESULTS,
        out=lambda wildcards: f"{RESULTS}/analyses/{wildcards.model}",
    shell:
        "tactometer tables.condense --study {params.study:q} --model {wildcards.model:q}"
        " --results {params.results:q} --out {params.out:q} > {log:q} 2>&1"


for _analysis in ANALYSES:

    rule:
        """Make the table of one analysis."""
        name:
            f"analyse_{_analysis}"
        input:
            code=recipe(f"analyse/{_analysis}"),
            tables=expand(f"{RESULTS}/tables/{{table}}.parquet", table=TABLES),
            condensed=expand(
                f"{RESULTS}/analyses/{{model}}/{{part}}",
                model=list(STUDY.models),
                part=CONDENSED,
            ),
        output:
            f"{RESULTS}/tables/{_analysis}.parquet",
            f"{RESULTS}/tables/{_analysis}.csv",
            html=report(
                f"{RESULTS}/tables/{_analysis}.html",
                category="Analyses",
                caption=f"../tactometer/analyses/{_analysis}/caption.rst",
                labels={"analysis": _analysis},
            ),
        log:
            f"{LOGS}/analyse/{_analysis}.log",
        group:
            "end"
        conda:
            ENVIRONMENT
        params:
            study=pinned,
            analysis=_analysis,
            tables=lambda wildcards: f"{RESULTS}/tables",
            condensed=lambda wildcards: f"{RESULTS}/analyses",
        shell:
            "tactometer analyses.analyse --analysis {params.analysis:q} --study {params.study:q}"
            " --tables {params.tables:q} --condensed {params.condensed:q} > {log:q} 2>&1"


rule describe:
    """Say what every column of every table means, and what each file of the study is."""
    input:
        code=recipe("describe"),
        tables=expand(f"{RESULTS}/tables/{{table}}.parquet", table=[*TABLES, *ANALYSES]),
    output:
        out=f"{RESULTS}/tables/dictionary.parquet",
        csv=f"{RESULTS}/tables/dictionary.csv",
        schema=f"{RESULTS}/tables/schema.json",
        guide=f"{RESULTS}/README.txt",
    log:
        f"{LOGS}/describe.log",
    group:
        "end"
    conda:
        ENVIRONMENT
    shell:
        "tactometer tables.dictionary --tables {input.tables:q} --out {output.out:q}"
        " --guide {output.guide:q} > {log:q} 2>&1"
