"""Requests: every prompt as it goes over the wire.

Needs: recipes/requests.json (code, seed) and recipes/requests/{model}/{prompt_set}.json (the texts
of that prompt set alone, the model's estimator and wire parameters).
Makes: requests/{model}/{prompt_set}.parquet.
"""


rule requests:
    """Write a prompt set out for a model: names drawn, options shuffled, each request digested."""
    input:
        code=recipe("requests"),
        settings=recipe("requests/{model}/{prompt_set}"),
    output:
        out=f"{RESULTS}/requests/{{model}}/{{prompt_set}}.parquet",
    log:
        f"{LOGS}/requests/{{model}}/{{prompt_set}}.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        study=pinned,
    shell:
        "tactometer elicitation.requests --study {params.study:q} --model {wildcards.model:q}"
        " --prompt-set {wildcards.prompt_set:q} --out {output.out:q} > {log:q} 2>&1"
