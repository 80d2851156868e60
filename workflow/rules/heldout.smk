"""Held-out prediction: what the speaker says of vignettes that its fit has not seen.

Only where the study asks for it (fit.heldout). Needs: the choices of all prompt sets of a checkpoint
(the counts of a recorded one, which has none), recipes/hold_out.json (code, Stan programs, versions),
recipes/hold_out/{model}.json (folds, what is fitted).
Makes: heldout/{model}/{checkpoint}.parquet.
"""


rule hold_out:
    """Fit to all vignettes but some, and predict those, in turns."""
    input:
        code=recipe("hold_out"),
        settings=recipe("hold_out/{model}"),
        choices=choices_of,
        counts=recorded_counts_of,
    output:
        out=f"{RESULTS}/heldout/{{model}}/{{checkpoint}}.parquet",
    log:
        f"{LOGS}/hold_out/{{model}}/{{checkpoint}}.log",
    benchmark:
        f"{LOGS}/hold_out/{{model}}/{{checkpoint}}.benchmark.tsv"
    conda:
        ENVIRONMENT
    shell:
        "tactometer inference.heldout --settings {input.settings:q} --choices {input.choices:q}"
        " --counts {input.counts:q} --out {output.out:q} > {log:q} 2>&1"
