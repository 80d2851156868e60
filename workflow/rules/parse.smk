"""Parse: from answers to choices, counts and semantics.

Needs: requests, the journal, recipes/parse.json. The edge to `ask` is ancient: new answers of
another prompt set leave this one's choices alone. Whatever can change an answer comes in by the
requests file, by the checkpoint's recipe and by that of unusable answers.
Makes: choices/{model}/{checkpoint}/{prompt_set}.parquet, counts/{model}/{checkpoint}/{goal}.parquet,
semantics/{model}/{checkpoint}.parquet. For recorded models the last two come from CSV files.
What takes a third of a second is local: a scheduler would take ten times that to place it.
"""

if STUDY.judge:

    rule judge:
        """Let the judge read replies, blind; what it said stands in a journal of its own."""
        input:
            code=recipe("judge"),
            judge=recipe("checkpoints/{}/{}".format(*STUDY.judge)),
            who=recipe("checkpoints/{model}/{checkpoint}"),
            requests=f"{RESULTS}/requests/{{model}}/{{prompt_set}}.parquet",
            done=ancient(f"{RESULTS}/answers/{{model}}/{{checkpoint}}.done"),
            unusable=unusable,
        output:
            out=f"{RESULTS}/judgements/{{model}}/{{checkpoint}}/{{prompt_set}}.parquet",
        log:
            f"{LOGS}/judge/{{model}}/{{checkpoint}}/{{prompt_set}}.log",
        wildcard_constraints:
            model=any_of(ASKED),
        conda:
            ENVIRONMENT
        resources:
            **needs([STUDY.models[STUDY.judge[0]]], of=STUDY.models[STUDY.judge[0]]),
        params:
            study=pinned,
            journal=JOURNAL,
        shell:
            "exec tactometer reading.judge --study {params.study:q} --model {wildcards.model:q}"
            " --judge {input.judge:q} --requests {input.requests:q} --done {input.done:q}"
            " --journal {params.journal:q} --out {output.out:q} > {log:q} 2>&1"


rule parse:
    """Read which utterance each answer chose."""
    input:
        code=recipe("parse"),
        who=recipe("checkpoints/{model}/{checkpoint}"),
        requests=f"{RESULTS}/requests/{{model}}/{{prompt_set}}.parquet",
        done=ancient(f"{RESULTS}/answers/{{model}}/{{checkpoint}}.done"),
        unusable=unusable,
        judged=judged if STUDY.judge else [],
    output:
        out=f"{RESULTS}/choices/{{model}}/{{checkpoint}}/{{prompt_set}}.parquet",
    log:
        f"{LOGS}/parse/{{model}}/{{checkpoint}}/{{prompt_set}}.log",
    wildcard_constraints:
        model=any_of(ASKED),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        study=pinned,
        journal=JOURNAL,
    shell:
        "tactometer reading.choices --study {params.study:q} --model {wildcards.model:q}"
        " --requests {input.requests:q} --done {input.done:q} --journal {params.journal:q}"
        " --judged {input.judged:q} --out {output.out:q} > {log:q} 2>&1"


rule count:
    """Add up the choices of a goal by framing, state and utterance."""
    input:
        code=recipe("count"),
        choices=f"{RESULTS}/choices/{{model}}/{{checkpoint}}/{{goal}}.parquet",
    output:
        out=f"{RESULTS}/counts/{{model}}/{{checkpoint}}/{{goal}}.parquet",
    log:
        f"{LOGS}/count/{{model}}/{{checkpoint}}/{{goal}}.log",
    wildcard_constraints:
        model=any_of(ASKED),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        study=pinned,
    shell:
        "tactometer reading.counts --study {params.study:q} --model {wildcards.model:q}"
        " --choices {input.choices:q} --out {output.out:q} > {log:q} 2>&1"


rule count_orders:
    """Add up the choices of a goal by the order in which options were shown."""
    input:
        code=recipe("count_orders"),
        choices=f"{RESULTS}/choices/{{model}}/{{checkpoint}}/{{goal}}.parquet",
    output:
        out=f"{RESULTS}/orders/{{model}}/{{checkpoint}}/{{goal}}.parquet",
    log:
        f"{LOGS}/count_orders/{{model}}/{{checkpoint}}/{{goal}}.log",
    wildcard_constraints:
        model=any_of(ASKED),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        study=pinned,
    shell:
        "tactometer reading.order_counts --study {params.study:q} --model {wildcards.model:q}"
        " --choices {input.choices:q} --out {output.out:q} > {log:q} 2>&1"


rule count_semantics:
    """Add up the yes/no answers by utterance and state."""
    input:
        code=recipe("count_semantics"),
        choices=f"{RESULTS}/choices/{{model}}/{{checkpoint}}/semantics.parquet",
    output:
        out=f"{RESULTS}/semantics/{{model}}/{{checkpoint}}.parquet",
    log:
        f"{LOGS}/count_semantics/{{model}}/{{checkpoint}}.log",
    wildcard_constraints:
        model=any_of(ASKED),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        study=pinned,
    shell:
        "tactometer reading.truth_counts --study {params.study:q} --model {wildcards.model:q}"
        " --choices {input.choices:q} --out {output.out:q} > {log:q} 2>&1"


for _model in RECORDED:

    rule:
        """Bring the CSV files of a recorded model into the form of counts and semantics."""
        name:
            f"count_recorded_{_model}"
        input:
            code=recipe("count_recorded"),
            settings=recipe(f"count_recorded/{_model}"),
        output:
            semantics=f"{RESULTS}/semantics/{_model}/recorded.parquet",
            counts=[
                f"{RESULTS}/counts/{_model}/recorded/{goal}.parquet"
                for goal in STUDY.models[_model].goals
            ],
        log:
            f"{LOGS}/count_recorded/{_model}.log",
        conda:
            ENVIRONMENT
        params:
            study=pinned,
            model=_model,
        shell:
            "tactometer reading.recorded_counts --study {params.study:q} --model {params.model:q}"
            " --settings {input.settings:q} --semantics {output.semantics:q}"
            " --counts {output.counts:q} > {log:q} 2>&1"
