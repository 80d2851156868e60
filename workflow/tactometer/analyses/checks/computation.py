"""Data quality and convergence checks of each condition, before a finding is believed."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.answer_arrays import each
from tactometer.analyses.checks import ability, prompts_sent, read_back, servers
from tactometer.analyses.checks.settings import Checks
from tactometer.analyses.evidence import LABEL_TYPES, NAMES, PARAMETERS, Evidence
from tactometer.analyses.place_of_options import fitted
from tactometer.inference import position_bias, position_residuals
from tactometer.inference.criticism import LEVEL, TRIFLE, homogeneity
from tactometer.inference.position_residuals import residue
from tactometer.reading.counts import POOLED
from tactometer.study.comprehension import GOAL, OPINION
from tactometer.tables.fit_selection import FIT, passed, sampled
from tactometer.tables.proportions import wilson
from tactometer.tables.reader import effective_counts

BIAS = {
    "additive": "the bias is additive in the logit",
    "by state": "it differs from state to state",
    "mixture": "a share of answers goes by the place alone",
}
STRONG = "; some place changes the odds of an option more than sevenfold"
MOST = 0.5  # share of refused answers from which on a prompt set is told as refused
ALL_OVER = 0.99  # share of prompts with identical answers that is all over
SCHEMA = {
    "check": pl.String,
    **NAMES,
    **LABEL_TYPES,
    "framing": pl.String,
    "fit": pl.String,
    "speaker": pl.String,
    "parameter": pl.String,
    **dict.fromkeys(["value", "low", "high", "limit"], pl.Float64),
    "n": pl.Int64,
    "flagged": pl.Boolean,
    "note": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each check of each condition, what is flagged first.

    `stopped`: a prompt set (`goal` names it, `semantics` too) that was stopped since most of its
    first answers could not be used, and `refused`: one whose answers are refused or filtered for
    the most part; both are findings about the model. `identical`: the share of prompts whose
    several answers are the same word for word, flagged where it is all of them though independent
    answers would differ (`limit`: their expected share).
    `invalid`: the share of answers that could not be read, with Wilson's 95% interval, by (model,
    checkpoint, goal, framing). `label_mass`: the mean probability of all labels together, where
    there is one, or of all utterances where none was shown, which is never flagged.
    `fit`: worst R-hat of each fit, flagged where its verdict is suspect.
    `framings`: by how much choices differ between framings (Cohen's w beyond noise), flagged where
    that is significant and above its limit: pooled fits are of a mixture then.
    `described`: the chance of as bad a fit of a true speaker, flagged where it is less than `yes`.
    `contraction`: by how much the data narrowed each parameter, 1 - posterior / prior variance.
    `position`: how much of the choices follows from the place of an option, in nats, flagged where
    that is more than follows from the state (`limit`), or where some place changes odds sevenfold;
    `additive`: how far shares are off that were corrected for it, flagged where the bias surely is
    not of the kind that is corrected for.
    `system`, `own_system`, `added`, `date`, `prompts`: what was sent beside the study's messages
    (`prompts_sent.checks`). `served`, `apart`: whether one model answered throughout, and all
    checkpoints at the same time (`servers.checks`). `opinion_read_back`, `goal_read_back`: whether
    a model understands what it is told, where the study asks for that (`read_back.checks`).
    `ability`: what a fixed text costs checkpoints of open weights (`ability.checks`).
    Limits are the study's.
    """
    limits = evidence.settings.of(Checks)
    counts, estimates = (evidence.tables[name].collect() for name in ("counts", "estimates"))
    if estimates.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    diagnostics = evidence.tables["diagnostics"].collect()
    asked = evidence.tables["asked"].collect()
    parts = [
        *_prompt_sets(evidence.tables["prompt_sets"].collect()),
        _invalid(counts, limits.invalid),
        _label_mass(counts, estimates, limits.label_mass),
        _fits(sampled(diagnostics)),
        _described(diagnostics),
        _framings(effective_counts(counts, diagnostics)),
        _contraction(estimates, limits.contraction),
        _places(evidence),
        prompts_sent.checks(asked, len(evidence.goals)),
        servers.checks(evidence.tables["served"].collect(), asked),
        ability.checks(asked),
    ]
    if (asked_back := evidence.tables.get("comprehension")) is not None:
        parts.append(read_back.checks(asked_back.collect()))
    whose = ["model", "checkpoint"]
    labels = estimates.select(*whose, *LABEL_TYPES).unique(whose)
    named = pl.concat(parts, how="diagonal_relaxed").with_columns(study=pl.lit(evidence.study))
    missing = [pl.lit(None, kind).alias(name) for name, kind in SCHEMA.items()
               if name not in named.columns and name not in LABEL_TYPES]  # fmt: skip
    joined = named.with_columns(missing).join(labels, on=whose, how="left")
    order = pl.col("check").replace_strict(
        {
            name: place
            for place, name in enumerate(
                [
                    OPINION,
                    GOAL,
                    "stopped",
                    "refused",
                    "identical",
                    "ability",
                    "served",
                    "position",
                    "additive",
                    "described",
                    "framings",
                    "fit",
                    "prompts",
                    "own_system",
                    "apart",
                    "system",
                    "invalid",
                    "label_mass",
                    "contraction",
                    "added",
                    "date",
                ]
            )
        },
        return_dtype=pl.Int64,
    )
    return joined.sort(~pl.col("flagged"), order, *FIT, "framing", "fit", "speaker", "parameter")


def _conditions(counts: pl.DataFrame) -> pl.DataFrame:
    """Valid and invalid answers and label mass by (model, checkpoint, goal, framing)."""
    by = [*FIT, "framing"]
    states = counts.unique([*by, "state"])
    return states.group_by(by).agg(
        n_invalid=pl.col("n_invalid").sum(),
        n=(pl.col("n_valid") + pl.col("n_invalid")).sum().cast(pl.Int64),
        label_mass=pl.col("label_mass").mean(),
    )


def _prompt_sets(sets: pl.DataFrame) -> list[pl.DataFrame]:
    """The checks of whole prompt sets: stopped, refused, answers that are all alike."""
    named = sets.with_columns(
        goal="prompt_set",
        framing=pl.lit(POOLED),
        n=pl.col("answers"),
        share=pl.col("invalid") / "answers",
    )
    stopped = named.filter("stopped").select(
        *FIT,
        "framing",
        "n",
        check=pl.lit("stopped"),
        value=pl.col("share"),
        flagged=pl.lit(True),
        note=pl.format("stopped after {} of {} answers: {}", "answers", "wanted", "reasons"),
    )
    part = pl.col("refused") / pl.col("answers")
    low, high = wilson((sets["refused"] / sets["answers"]).to_numpy(), sets["answers"].to_numpy())
    refused = (
        named.with_columns(value=part, low=pl.Series(low), high=pl.Series(high))
        .filter(pl.col("value") > MOST)
        .select(
            *FIT,
            "framing",
            "n",
            "value",
            "low",
            "high",
            check=pl.lit("refused"),
            limit=pl.lit(MOST),
            flagged=pl.lit(True),
            note=pl.format("the model refuses these prompts: {}", "reasons"),
        )
    )
    same = (pl.col("alike") >= ALL_OVER) & (pl.col("alike_p") < LEVEL)
    identical = named.drop_nulls("alike").select(
        *FIT,
        "framing",
        n=pl.col("prompts"),
        check=pl.lit("identical"),
        value=pl.col("alike"),
        limit=pl.col("alike_expected"),
        flagged=same,
        note=pl.when(same).then(
            pl.format(
                "{} samples of a prompt are one answer: a server that caches or ignores the "
                "temperature, or a model that is sure of each prompt; independent ones would be "
                "alike in {} of prompts (entropy {} nats)",
                "samples",
                pl.col("alike_expected").round(2),
                pl.col("entropy").round(2),
            )
        ),
    )
    return [stopped, refused, identical]


def _invalid(counts: pl.DataFrame, limit: float) -> pl.DataFrame:
    found = _conditions(counts).filter(pl.col("n") > 0)
    p, n = (found["n_invalid"] / found["n"]).to_numpy(), found["n"].to_numpy()
    low, high = wilson(p, n)
    return found.select(
        *FIT,
        "framing",
        "n",
        check=pl.lit("invalid"),
        value=pl.Series(p),
        low=pl.Series(low),
        high=pl.Series(high),
        limit=pl.lit(limit),
        flagged=pl.Series(p > limit),
    )


def _label_mass(counts: pl.DataFrame, estimates: pl.DataFrame, limit: float) -> pl.DataFrame:
    whose = estimates.filter(pl.col("estimator").fill_null("").str.starts_with("utterance"))
    unseen = pl.col("model").is_in(whose["model"].unique().to_list())
    note = "of the utterances as what a begun reply goes on with; none of them was offered"
    return (
        _conditions(counts)
        .drop_nulls("label_mass")
        .select(
            *FIT,
            "framing",
            "n",
            check=pl.lit("label_mass"),
            value=pl.col("label_mass"),
            limit=pl.when(~unseen).then(limit),
            flagged=(pl.col("label_mass") < limit) & ~unseen,
            note=pl.when(unseen).then(pl.lit(note)),
        )
    )


def _fits(diagnostics: pl.DataFrame) -> pl.DataFrame:
    return diagnostics.select(
        *FIT,
        "framing",
        "fit",
        "speaker",
        check=pl.lit("fit"),
        value=pl.col("rhat_worst"),
        limit=pl.lit(None, pl.Float64),
        flagged=~passed(),
        note=pl.format(
            "{}: {} divergences, least ESS {}",
            "verdict",
            "divergences",
            pl.col("ess_least").round(0),
        ),
    )


def _described(diagnostics: pl.DataFrame) -> pl.DataFrame:
    return diagnostics.drop_nulls("described").select(
        *FIT,
        "framing",
        "fit",
        "speaker",
        check=pl.lit("described"),
        value=pl.col("predictive_p"),
        limit=pl.lit(LEVEL),
        flagged=pl.col("described") != "yes",
        note=pl.concat_str("described", "reason", separator=": ", ignore_nulls=True),
    )


def _framings(counts: pl.DataFrame) -> pl.DataFrame:
    """Whether the choices of a (model, checkpoint, goal) are the same in all framings."""
    single = counts.filter(pl.col("framing") != POOLED).sort(
        "framing", "state", maintain_order=True
    )
    rows = []
    for names, cells in single.group_by(FIT, maintain_order=True):
        framings, states = cells["framing"].n_unique(), cells["state"].n_unique()
        if framings < 2 or cells.height % (framings * states):
            continue
        seen = cells["weight"].to_numpy().reshape(framings, states, -1)
        p, w = homogeneity(seen)
        rows.append(
            {
                **dict(zip(FIT, names, strict=True)),
                "check": "framings",
                "framing": POOLED,
                "value": w,
                "limit": TRIFLE,
                "flagged": p < LEVEL and w > TRIFLE,
                "note": f"Cohen's w of choices between framings, p {p:.2g}",
            }
        )
    names = (*FIT, "check", "framing", "value", "limit", "flagged", "note")
    return pl.DataFrame(rows, schema={name: SCHEMA[name] for name in names})


def _places(evidence: Evidence) -> pl.DataFrame:
    """Whether the place of an option outweighs the state, and whether its bias is of the kind that
    is corrected for, by (model, checkpoint, goal).
    """
    rows = []
    known = "shares" in evidence.answered.collect_schema().names()
    for answers in each(evidence) if known else ():
        if not answers.shown:
            continue
        logit = fitted(answers)
        found, left = position_bias.outweighed(logit), residue(logit)
        head = {name: answers.named[name] for name in FIT} | {"framing": POOLED}
        rows.append(
            {
                **head,
                "check": "additive",
                "value": left.size,
                "limit": position_residuals.TRIFLE,
                "n": int(answers.count.sum()),
                "flagged": left.told,
                "note": "total variation that shares corrected for places are off: "
                f"{BIAS[left.kind]} (p of the test that it is additive: {left.p:.2g})",
            }
        )
        rows.append(
            {
                **head,
                "check": "position",
                "value": found.of_place,
                "limit": found.of_state,
                "n": int(answers.count.sum()),
                "flagged": found.told,
                "note": "what follows from an option's place beside what follows from the state"
                f" (limit), in nats{STRONG * found.strong}",
            }
        )
    names = (*FIT, "check", "framing", "value", "limit", "n", "flagged", "note")
    return pl.DataFrame(rows, schema={name: SCHEMA[name] for name in names})


def _contraction(estimates: pl.DataFrame, limit: float) -> pl.DataFrame:
    return estimates.filter(pl.col("parameter").is_in(list(PARAMETERS))).select(
        *FIT,
        "framing",
        "fit",
        "speaker",
        "parameter",
        check=pl.lit("contraction"),
        value=pl.col("contraction"),
        limit=pl.lit(limit),
        flagged=(pl.col("contraction") < limit).fill_null(False),
    )
