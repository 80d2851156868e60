"""Ask: the only stage that costs money or a GPU.

Needs: all requests of the model, recipes/checkpoints/{model}/{checkpoint}.json (who is asked), and
recipes/ask.json (how a journal key is made).
Makes: answers/{model}/{checkpoint}.done, and appends to the journal beside it, which is no output:
Snakemake never deletes it, and what it holds is never asked again.
"""

JOURNAL = f"{RESULTS}/answers/{{model}}/{{checkpoint}}.jsonl"


def requests_of(wildcards):
    """All requests files of a model."""
    sets = STUDY.models[wildcards.model].prompt_sets
    return [f"{RESULTS}/requests/{wildcards.model}/{name}.parquet" for name in sets]


rule ask_checkpoint:
    """Ask one checkpoint what its journal lacks, one engine for all its prompt sets."""
    input:
        code=recipe("ask"),
        who=recipe("checkpoints/{model}/{checkpoint}"),
        requests=requests_of,
    output:
        f"{RESULTS}/answers/{{model}}/{{checkpoint}}.done",
    log:
        f"{LOGS}/ask/{{model}}/{{checkpoint}}.log",
    benchmark:
        f"{LOGS}/ask/{{model}}/{{checkpoint}}.benchmark.tsv"
    params:
        journal=JOURNAL,
    wildcard_constraints:
        model=any_of(ASKED),
    shell:
        "tactometer ask --study {STUDY_FILE:q} --model {wildcards.model:q} --who {input.who:q}"
        " --journal {params.journal:q} --done {output:q} {input.requests:q} > {log:q} 2>&1"
