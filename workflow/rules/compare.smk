"""Compare: which speaker variant would predict answers that it has not seen.

Only where a model is fitted with several (fit.speakers). Needs: its fits, counts and choices (none
if it is recorded), recipes/compare_speakers.json, recipes/fit/{model}.json.
Makes: comparisons/{model}/{checkpoint}.parquet.
"""


rule compare_speakers:
    """Compare the speaker variants of a checkpoint by PSIS-LOO."""
    input:
        code=recipe("compare_speakers"),
        settings=recipe("fit/{model}"),
        fits=goals_of(f"{RESULTS}/fits/{{model}}/{{checkpoint}}/{{goal}}.nc"),
        counts=goals_of(f"{RESULTS}/counts/{{model}}/{{checkpoint}}/{{goal}}.parquet"),
        choices=answers_of,
    output:
        out=f"{RESULTS}/comparisons/{{model}}/{{checkpoint}}.parquet",
    log:
        f"{LOGS}/compare_speakers/{{model}}/{{checkpoint}}.log",
    conda:
        ENVIRONMENT
    shell:
        "tactometer inference.loo --settings {input.settings:q} --fits {input.fits:q}"
        " --counts {input.counts:q} --choices {input.choices:q} --out {output.out:q} > {log:q} 2>&1"
