"""Ask: the only stage that costs money or a GPU.

Needs: all requests of the model, recipes/checkpoints/{model}/{checkpoint}.json (who is asked), and
recipes/ask.json (how a journal key is made), recipes/ask_again/{model}.json and stopping/{model}.json
where a study says what becomes of unusable answers, training/{model}/trained.json where it trains.
Makes: answers/{model}/{checkpoint}.done, and appends to the journal beside it, which is no output:
Snakemake never deletes it, and what it holds is never asked again.
"""

SHARED = [m.name for m in STUDY.asked if m.asked.shares_engine]
API = [m for m in STUDY.asked if m.paid]
ALONE = [m for m in STUDY.asked if m not in API and m.name not in SHARED]
JOURNAL = f"{RESULTS}/answers/{{model}}/{{checkpoint}}.jsonl"


rule ask_checkpoint:
    """Ask one checkpoint what its journal lacks, one engine for all its prompt sets."""
    input:
        code=recipe("ask"),
        who=recipe("checkpoints/{model}/{checkpoint}"),
        requests=requests_of,
        unusable=unusable,
        trained=trained,
    output:
        done=f"{RESULTS}/answers/{{model}}/{{checkpoint}}.done",
    log:
        f"{LOGS}/ask/{{model}}/{{checkpoint}}.log",
    benchmark:
        f"{LOGS}/ask/{{model}}/{{checkpoint}}.benchmark.tsv"
    wildcard_constraints:
        model=any_of(model.name for model in ALONE),
    conda:
        ENVIRONMENT
    resources:
        **needs(ALONE),
    params:
        study=pinned,
        journal=JOURNAL,
    shell:
        "exec tactometer elicitation.ask --study {params.study:q} --model {wildcards.model:q}"
        " --who {input.who:q} --requests {input.requests:q} --journal {params.journal:q}"
        " --done {output.done:q} > {log:q} 2>&1"


# `exec`: a signal to the job is one to whoever asks, not to a shell that dies of it at once.
# Rules of their own, so that a profile can send them to a partition that reaches the internet.
use rule ask_checkpoint as ask_api with:
    wildcard_constraints:
        model=any_of(model.name for model in API),
    resources:
        **needs(API),


for _model in SHARED:

    rule:
        """Ask all checkpoints of a model in one engine, whose weights are exchanged."""
        name:
            f"ask_{_model}"
        input:
            code=recipe("ask"),
            who=[
                recipe(f"checkpoints/{_model}/{c}")
                for c in STUDY.models[_model].checkpoints
            ],
            requests=[
                f"{RESULTS}/requests/{_model}/{name}.parquet"
                for name in STUDY.models[_model].prompt_sets
            ],
            unusable=unusable_of(_model),
            trained=training_of(_model),
        output:
            done=[
                f"{RESULTS}/answers/{_model}/{c}.done"
                for c in STUDY.models[_model].checkpoints
            ],
        log:
            f"{LOGS}/ask/{_model}.log",
        benchmark:
            f"{LOGS}/ask/{_model}.benchmark.tsv"
        conda:
            ENVIRONMENT
        resources:
            **needs([STUDY.models[_model]], of=STUDY.models[_model]),
        params:
            study=pinned,
            model=_model,
            journal=[
                f"{RESULTS}/answers/{_model}/{c}.jsonl"
                for c in STUDY.models[_model].checkpoints
            ],
        shell:
            "exec tactometer elicitation.ask --study {params.study:q} --model {params.model:q}"
            " --who {input.who:q} --requests {input.requests:q} --journal {params.journal:q}"
            " --done {output.done:q} > {log:q} 2>&1"
