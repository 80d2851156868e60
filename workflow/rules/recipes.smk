"""Recipes: what each stage is made of.

Needs: the files, named by their digests, that were pinned when the Snakefile was read
(tactometer.recipes.recipes).
Makes: recipes/{stage}.json, one for each stage, and one for each target that has settings of its own.
"""


rule recipe:
    """Take a pinned recipe over into the results: what depends on it is stale from here on."""
    input:
        lambda wildcards: RECIPES.get(wildcards.recipe, []),
    output:
        recipe("{recipe}"),
    log:
        f"{LOGS}/recipes/{{recipe}}.log",
    localrule: True
    conda:
        ENVIRONMENT
    shell:
        "cp {input:q} {output:q} 2> {log:q}"
