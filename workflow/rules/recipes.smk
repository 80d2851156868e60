"""Recipes: what each stage is made of.

Needs: the stamps that Snakemake's main process has written for this study (tactometer.recipes).
Makes: recipes/{stage}.json, one for each stage, and one for each target that has settings of its own.
"""


rule recipe:
    """Take a stamp over into the results: what depends on it is stale from here on."""
    input:
        STAMPS / "recipes" / "{recipe}.json",
    output:
        recipe("{recipe}"),
    log:
        f"{LOGS}/recipes/{{recipe}}.log",
    localrule: True
    conda:
        ENVIRONMENT
    shell:
        "cp {input:q} {output:q} 2> {log:q}"
