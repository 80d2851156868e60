"""Names and paths that several stages share."""

ENVIRONMENT = "../../envs/tactometer.yaml"
TRAINED = [m for m in STUDY.asked if m.asked.trains and not m.also]


def any_of(names):
    """A wildcard constraint that matches these names alone."""
    return "|".join(re.escape(name) for name in names) or "(?!)"


def pinned(wildcards, input):
    """The study as it was when the run began. A function of `input`, so that Snakemake takes no
    other path for a change: what a job reads of the study stands in its recipe."""
    return STUDY_FILE


def recipe(name):
    """The path of a recipe; wildcards stay wildcards."""
    return f"{RESULTS}/recipes/{name}.json"


def requests_of(wildcards):
    """All requests files of a model."""
    sets = STUDY.models[wildcards.model].prompt_sets
    return [f"{RESULTS}/requests/{wildcards.model}/{name}.parquet" for name in sets]


@cache  # every job of a checkpoint asks
def stopped_otherwise(model, checkpoint):
    """The prompt sets that were stopped at another share of unusable answers than the study has."""
    try:
        with open(f"{RESULTS}/answers/{model}/{checkpoint}.stops.json") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return []
    most = STUDY.settings.stop_at_unusable
    return [name for name, told in found.items() if told["most"] != most]


def unusable(wildcards):
    """The recipes of what becomes of unusable answers, where the study says anything of it.

    They change no question, and which answers there are. One that says when a prompt set stops
    counts for those alone that were stopped when another said so.
    """
    model, checkpoint = wildcards.model, wildcards.checkpoint
    names = [f"ask_again/{model}"]
    others = stopped_otherwise(model, checkpoint)
    if wildcards.get("prompt_set", others[0] if others else None) in others:
        names.append(f"stopping/{model}")
    return [recipe(name) for name in names if name in RECIPES]


def unusable_of(model):
    """The same of all checkpoints of a model."""
    names = [f"ask_again/{model}"]
    if any(stopped_otherwise(model, c) for c in STUDY.models[model].checkpoints):
        names.append(f"stopping/{model}")
    return [recipe(name) for name in names if name in RECIPES]


def needs(models, of=None, kind="resources"):
    """The resources of jobs that ask these models, each its own, or train them (another `kind`).

    `of` gives the model of a job from its wildcards, by default the wildcard `model`. Memory and
    time grow with the attempt: a job that had too little gets more.
    """

    def resource(name):
        def amount(wildcards, attempt):
            model = of or STUDY.models[wildcards.model]
            found = getattr(model, kind).get(name)
            grows = name in ("mem_mb", "runtime") and isinstance(found, int)
            return found * attempt if grows else found

        return amount

    return {name: resource(name) for model in models for name in getattr(model, kind)}


def training_of(name):
    """What has to have run before a model's checkpoints are asked: their training, if any.

    A model that is asked by several estimators is trained once.
    """
    name = STUDY.models[name].also or name
    known = name in [model.name for model in TRAINED]
    return [f"{RESULTS}/training/{name}/trained.json"] if known else []


def trained(wildcards):
    """The same of one checkpoint; what training starts from needs none."""
    own = STUDY.models[wildcards.model].checkpoints[wildcards.checkpoint]
    if not getattr(own, "trained", False):
        return []
    return training_of(wildcards.model)


def judged(wildcards):
    """What the judge said of a prompt set."""
    folder = f"{RESULTS}/judgements/{wildcards.model}/{wildcards.checkpoint}"
    return [f"{folder}/{wildcards.prompt_set}.parquet"]


def goals_of(path):
    """An input function: a path for each goal of a checkpoint of the model."""

    def paths(wildcards):
        goals = STUDY.models[wildcards.model].goals
        return [path.format(goal=goal, **wildcards) for goal in goals]

    return paths


def choices_of(wildcards):
    """The choices of every prompt set of a checkpoint; none if the behaviour is recorded."""
    folder = f"{RESULTS}/choices/{wildcards.model}/{wildcards.checkpoint}"
    sets = STUDY.models[wildcards.model].prompt_sets
    return [f"{folder}/{name}.parquet" for name in sets]


def recorded_counts_of(wildcards):
    """The counts of each goal, if the behaviour is recorded."""
    if wildcards.model not in RECORDED:
        return []
    return goals_of(f"{RESULTS}/counts/{{model}}/{{checkpoint}}/{{goal}}.parquet")(
        wildcards
    )


def orders_of(wildcards):
    """The counts by order of a goal, or of every goal where there is no such wildcard, where its
    model's headline fit estimates what places do.
    """
    model = STUDY.models[wildcards.model]
    folder = f"{RESULTS}/orders/{wildcards.model}/{wildcards.checkpoint}"
    goals = [wildcards.goal] if hasattr(wildcards, "goal") else model.goals
    return [f"{folder}/{goal}.parquet" for goal in goals if model.corrects_places]


def folders_of_fits(model, checkpoint):
    """Where a checkpoint's fits stand: the headline's, and those of each fit beside it."""
    headline = f"{RESULTS}/fits/{model.name}/{checkpoint}"
    return [headline, *(f"{headline}/{name}" for name in model.further)]


def parts_of(wildcards):
    """Everything that the fits, counts, semantics and choices of a model hold for the tables."""
    model = STUDY.models[wildcards.model]
    for checkpoint in model.checkpoints:
        place = f"{model.name}/{checkpoint}"
        if not model.recorded:
            yield ancient(f"{RESULTS}/answers/{place}.done")
        yield f"{RESULTS}/semantics/{place}.parquet"
        for goal in model.goals:
            yield f"{RESULTS}/counts/{place}/{goal}.parquet"
            for folder in folders_of_fits(model, checkpoint):
                yield from (f"{folder}/{goal}.{part}" for part in SUMMARIES)
        if model.compares:
            yield f"{RESULTS}/comparisons/{place}.parquet"
        if model.folds:
            yield f"{RESULTS}/heldout/{place}.parquet"
        for prompt_set in model.prompt_sets:
            yield f"{RESULTS}/choices/{place}/{prompt_set}.parquet"
            if STUDY.judge:
                yield f"{RESULTS}/judgements/{place}/{prompt_set}.parquet"


def thinned(wildcards):
    """The draws of all fits, at the levels of factors too, and the production choices, of a model."""
    model = STUDY.models[wildcards.model]
    for checkpoint in model.checkpoints:
        place = f"{model.name}/{checkpoint}"
        for goal in model.goals:
            for folder in folders_of_fits(model, checkpoint):
                yield f"{folder}/{goal}.draws.parquet"
            if not model.recorded:
                yield f"{RESULTS}/choices/{place}/{goal}.parquet"
            if STUDY.varies(model):
                yield f"{RESULTS}/levels/{place}/{goal}.parquet"
