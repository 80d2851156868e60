"""Compare: which speaker variant would predict answers that it has not seen.

Only where a model is fitted with several (fit.speakers). Needs: its fits, counts, counts by order
where the bias of place is estimated, semantics, recipes/compare_speakers.json,
recipes/fit/{model}.json.
Makes: comparisons/{model}/{checkpoint}.parquet.
"""


rule compare_speakers:
    """Compare the speaker variants of a checkpoint by PSIS-LOO."""
    input:
        code=recipe("compare_speakers"),
        settings=recipe("fit/{model}"),
        fits=goals_of(f"{RESULTS}/fits/{{model}}/{{checkpoint}}/{{goal}}.nc"),
        counts=goals_of(f"{RESULTS}/counts/{{model}}/{{checkpoint}}/{{goal}}.parquet"),
        semantics=f"{RESULTS}/semantics/{{model}}/{{checkpoint}}.parquet",
        orders=orders_of,
    output:
        out=f"{RESULTS}/comparisons/{{model}}/{{checkpoint}}.parquet",
    log:
        f"{LOGS}/compare_speakers/{{model}}/{{checkpoint}}.log",
    conda:
        ENVIRONMENT
    shell:
        "tactometer inference.loo --settings {input.settings:q} --fits {input.fits:q}"
        " --semantics {input.semantics:q} --counts {input.counts:q} --orders {input.orders:q}"
        " --out {output.out:q} > {log:q} 2>&1"
