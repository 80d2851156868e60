"""Recipes: what each stage is made of.

Needs: the stamps that Snakemake's main process has written for this study (tactometer.recipes).
Makes: recipes/{stage}.json, one for each stage, and one for each target that has settings of its own.
"""


def recipe(name):
    """The path of a recipe; wildcards stay wildcards."""
    return f"{RESULTS}/recipes/{name}.json"


rule recipe:
    """Take a stamp over into the results: what depends on it is stale from here on."""
    input:
        STAMPS / "recipes" / "{recipe}.json",
    output:
        recipe("{recipe}"),
    localrule: True
    shell:
        "cp {input:q} {output:q}"
