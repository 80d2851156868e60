"""Figures and the report: what a reader looks at.

Needs: tables, those of the analyses among them; recipes/draw.json and recipes/write_report.json.
Makes: figures/{figure}.svg and .png, report.html; `snakemake --report` collects what is marked.
"""

from tactometer.study import figures

FIGURES = figures.names()
EVERY_TABLE = expand(f"{RESULTS}/tables/{{table}}.parquet", table=[*TABLES, *ANALYSES])


rule draw:
    """Draw every figure from the tables."""
    input:
        code=recipe("draw"),
        tables=EVERY_TABLE,
    output:
        expand(f"{RESULTS}/figures/{{figure}}.png", figure=FIGURES),
        **{
            figure: report(
                f"{RESULTS}/figures/{figure}.svg",
                category="Figures",
                caption=str(figures.caption(figure)),
                labels={"figure": figure},
            )
            for figure in FIGURES
        },
    log:
        f"{LOGS}/draw.log",
    group:
        "end"
    conda:
        ENVIRONMENT
    params:
        study=pinned,
        tables=lambda wildcards: f"{RESULTS}/tables",
        figures=lambda wildcards: f"{RESULTS}/figures",
        kept=lambda wildcards: str(recipes.PINS / NAME / "drawings"),
    shell:
        "tactometer figures.draw --study {params.study:q} --code {input.code:q}"
        " --tables {params.tables:q} --kept {params.kept:q} --out {params.figures:q} > {log:q} 2>&1"


rule write_report:
    """Write the page that stands alone."""
    input:
        code=recipe("write_report"),
        tables=EVERY_TABLE,
        figures=expand(f"{RESULTS}/figures/{{figure}}.svg", figure=FIGURES),
    output:
        page=f"{RESULTS}/report.html",
        methods=f"{RESULTS}/methods.md",
        references=f"{RESULTS}/references.bib",
        methods_latex=f"{RESULTS}/methods.tex",
        estimates=f"{RESULTS}/estimates.md",
        estimates_latex=f"{RESULTS}/estimates.tex",
    log:
        f"{LOGS}/report.log",
    group:
        "end"
    conda:
        ENVIRONMENT
    params:
        study=pinned,
        tables=lambda wildcards: f"{RESULTS}/tables",
        figures=lambda wildcards: f"{RESULTS}/figures",
    shell:
        "tactometer report.page --study {params.study:q} --tables {params.tables:q}"
        " --figures {params.figures:q} --out {output.page:q} > {log:q} 2>&1"
