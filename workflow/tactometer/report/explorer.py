"""The explorer's data: of each behaviour what was said beside what its fitted speaker says, what
its words mean, the parameters, and answers with their prompts. From the tables alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import polars as pl

from tactometer.figures.style import parameter_label
from tactometer.reading.counts import AVERAGED, MIXTURE, POOLED
from tactometer.report.speakers_found import doubt
from tactometer.report.stages import World
from tactometer.tables.cells import posterior
from tactometer.tables.fit_selection import FIT, PASSED, TOGETHER, representative
from tactometer.tables.ordering import in_order
from tactometer.tables.proportions import wilson
from tactometer.tables.reader import checkpoint_order, pooled_counts
from tactometer.utils.open_data import Json, Row

KEY = [*FIT, "framing"]
MOST = 10  # answers of a behaviour
LONGEST = 1_500  # letters of a reply; the table has it whole
ROOM = 4_000_000  # letters of all replies and prompts: with more there are fewer of each behaviour

Frames = Mapping[str, pl.DataFrame]
Cells = Mapping[tuple[int, str], Row]


def data(
    frames: Frames,
    goals: Sequence[str],
    baseline: Sequence[str],
    worlds: Mapping[str, World],
    colours: Mapping[str, str],
) -> Json | None:
    """What the page's explorer shows, by model, checkpoint, goal and framing; None where no model
    of `worlds` (states, values and words of each) was counted. `colours` are those of the models in
    their order, in which those that may be read come first.

    Shares are [state][utterance] in thousandths, theta is [utterance][state]. Of several fits of a
    behaviour the one that stands for it.
    """
    counts = frames["counts"]
    if counts.is_empty() or not worlds:
        return None
    behaviours = _behaviours(frames, worlds)
    texts: dict[str, int] = {}
    answers = _answers(frames["replies"], texts)
    words = _by(frames["semantics"], ["model", "checkpoint"])
    models = []
    for model in [name for name in colours if name in worlds]:
        world = worlds[model]
        found = {}
        for checkpoint in checkpoint_order(counts.filter(pl.col("model") == model)):
            at = (model, checkpoint)
            found[checkpoint] = {
                "theta": _theta(words.get(at), world),
                "goals": _nested(behaviours, at, goals),
                "answers": answers.get(at, []),
            }
        mine = {"name": model, "colour": colours[model], "people": model in baseline}
        models.append({**mine, **world, "checkpoints": found})
    models.sort(key=_opens_last)
    return {"models": models, "texts": list(texts), "together": list(TOGETHER)}


def _opens_last(model: Json) -> tuple[bool, bool]:
    """The page opens with the first: a model that may be read, before the others and people."""
    goals = [goal for each in model["checkpoints"].values() for goal in each["goals"].values()]
    read = any(found["read"] for goal in goals for found in goal.values())
    return not read, bool(model["people"])


def script(found: Json) -> str:
    """The data as JSON that no HTML can end: what is said in it is untrusted text."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _nested(
    behaviours: Mapping[tuple[str, ...], Json], at: tuple[str, str], goals: Sequence[str]
) -> Json:
    """The behaviours of a checkpoint by goal and framing, all framings together first."""
    mine = {key[2:]: found for key, found in behaviours.items() if key[:2] == at}
    framings = in_order(TOGETHER, {framing for _, framing in mine})
    pairs = product(in_order(goals, {goal for goal, _ in mine}), framings)
    nested: Json = {}
    for goal, framing in pairs:
        if found := mine.get((goal, framing)):
            nested.setdefault(goal, {})[framing] = found
    return nested


def _behaviours(frames: Frames, worlds: Mapping[str, World]) -> dict[tuple[str, ...], Json]:
    """One for each (model, checkpoint, goal, framing) that was counted or fitted."""
    counts = _by(_every_framing(frames["counts"]), KEY)
    fits = {name: _by(_standing(frames[name]), KEY) for name in ("predictive", "estimates")}
    rows = {
        tuple(row[k] for k in KEY): row
        for row in _standing(frames["diagnostics"]).iter_rows(named=True)
    }
    found: dict[tuple[str, ...], Json] = {}
    for key in dict.fromkeys([*counts, *fits["estimates"]]):
        if key[0] not in worlds:
            continue
        *whose, framing = key
        together = (*whose, POOLED) if framing in (AVERAGED, MIXTURE) else key
        said = counts.get(together)
        if said is not None:
            cells = _cells(said), _cells(fits["predictive"].get(key))
            shares = _shares(*cells, worlds[key[0]])
            found[key] = {**shares, **_fit(rows.get(key), fits["estimates"].get(key))}
    return found


def _every_framing(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts of each framing, and over all of them where a study has several or pools them."""
    pooled = pooled_counts(counts).drop("total").with_columns(framing=pl.lit(POOLED))
    columns = [*KEY, "state", "utterance", "p", "weight", "n_valid", "n_invalid"]
    single = counts.filter(pl.col("framing") != POOLED)
    return pl.concat([pooled.select(columns), single.select(columns)], how="vertical_relaxed")


def _standing(frame: pl.DataFrame) -> pl.DataFrame:
    """In each framing the rows of the one fit that stands for a behaviour."""
    parts = [] if frame.is_empty() else frame.partition_by("framing", maintain_order=True)
    return pl.concat([representative(part) for part in parts]) if parts else frame


def _by(frame: pl.DataFrame, keys: list[str]) -> dict[tuple[str, ...], pl.DataFrame]:
    if frame.is_empty():
        return {}
    parts = frame.partition_by(keys, as_dict=True, maintain_order=True)
    return {tuple(map(str, key)): part for key, part in parts.items()}


def _cells(frame: pl.DataFrame | None) -> Cells:
    if frame is None:
        return {}
    return {(row["state"], row["utterance"]): row for row in frame.iter_rows(named=True)}


def _shares(said: Cells, predicted: Cells, world: World) -> Json:
    """What was said (as the fit saw it, where there is one), and what is predicted, each with its
    interval; how many answers of each state, and what they count for.
    """
    grid = list(product(world["states"], world["utterances"]))
    first = world["utterances"][0]
    valid = [int(said[s, first]["n_valid"]) for s in world["states"] if (s, first) in said]
    invalid = [int(said[s, first]["n_invalid"]) for s in world["states"] if (s, first) in said]
    found: Json = {"valid": valid, "invalid": sum(invalid)}
    seen = predicted or {k: {**row, "p_data": row["p"]} for k, row in said.items()}
    counted = {s: sum(said[k]["weight"] for k in said if k[0] == s) for s in world["states"]}
    p = [seen[k]["p_data"] if k in seen else None for k in grid]
    n = [seen[k].get("effective", counted[k[0]]) if k in seen else 0.0 for k in grid]
    ends = [_ends(*cell) for cell in zip(p, n, strict=True)]
    found["said"] = [_thousandths(column) for column in (p, *zip(*ends, strict=True))]
    found["effective"] = round(sum(n[:: len(world["utterances"])]))
    if predicted:
        columns = ("p_mean", "p_low", "p_high")
        found["predicted"] = [_thousandths([predicted[k][c] for k in grid]) for c in columns]
    return found


def _ends(p: float | None, n: float) -> tuple[float | None, float | None]:
    """Wilson's interval of a share of n answers; none of no answers."""
    if p is None or not n:
        return None, None
    low, high = wilson(p, n)  # type: ignore[arg-type]
    return float(low), float(high)


def _thousandths(values: Iterable[float | None]) -> list[int | None]:
    return [None if v is None else round(1000 * v) for v in values]


def _fit(row: Row | None, estimates: pl.DataFrame | None) -> Json:
    """The parameters of a fit as the tables print them, and what may be believed of it."""
    if row is None or estimates is None:
        return {"read": False, "words": "Nothing was fitted to it."}
    parameters = {
        r["parameter"]: {
            "label": parameter_label(r["parameter"]),
            "text": posterior(r),
            "at": [float(f"{r[k]:.4g}") for k in ("mean", "hdi_low", "hdi_high")],
            "told": bool(r["told"]) and row["verdict"] in PASSED,
        }
        for r in estimates.iter_rows(named=True)
    }
    kind = {name: row[name] for name in ("speaker", "semantics", "framing")}
    any_told = any(one["told"] for one in parameters.values())
    return {**kind, "parameters": parameters, "read": any_told, "words": _words(row, any_told)}


def _words(row: Row, any_told: bool) -> str:
    """What may be believed of a fit, in one sentence or two."""
    reason = str(row["reason"] or "")
    reason = f"it {reason}" if reason.startswith("says") else reason
    if row["verdict"] not in PASSED:
        note = f" ({row['note']})" if row["note"] else ""
        return f"Its chains failed their checks{note}: parameters and predictions must not be read."
    if row["described"] is None:
        return "Nothing was said under this goal."
    kind = doubt(row)
    told = {
        "": "A speaker of this kind describes these answers.",
        "unknown": "What its words mean is not known, its yes/no answers are the same in all "
        "states: there is no speaker to be read.",
        "even": "It says everything alike, whatever the state: there is no speaker to be read.",
        "no": f"No speaker of this kind describes these answers: {reason}. The parameters are "
        "those of nobody.",
        "roughly": f"A speaker of this kind describes these answers only roughly: {reason}.",
        "alike": "It says the same whatever the state.",
    }[kind]
    if not any_told and kind in ("", "roughly", "alike"):
        told += " They say nothing of its parameters, each of which is about where it began."
    return told


def _theta(frame: pl.DataFrame | None, world: World) -> list[list[float | None]] | None:
    """theta [utterance][state] with its interval, from yes/no answers: mean, low, high."""
    cells = _cells(frame)
    if not cells:
        return None
    grid = [cells[s, u] for u, s in product(world["utterances"], world["states"])]
    columns = ("theta", "hdi_low", "hdi_high")
    return [[None if r[c] is None else round(r[c], 4) for r in grid] for c in columns]


def _answers(
    replies: pl.DataFrame, texts: dict[str, int]
) -> dict[tuple[str, ...], list[list[Any]]]:
    """Answers of each checkpoint: goal, framing, state, method, choice, and the numbers of reply
    and prompt among `texts`, which are stored once. Evenly over states, as many as there is room
    for.
    """
    if replies.is_empty():
        return {}
    by = ["model", "checkpoint", "prompt_set", "framing"]
    turn = pl.int_range(pl.len()).over([*by, "state"])
    cut = pl.when(pl.col("text").str.len_chars() > LONGEST).then(
        pl.col("text").str.slice(0, LONGEST) + " … (cut here; tables/replies.csv has it whole)"
    )
    drawn = replies.filter(pl.col("utterance").is_null()).with_columns(
        text=cut.otherwise(pl.col("text")).fill_null(""), turn=turn
    )
    drawn = drawn.sort([*by, "turn", "state"], maintain_order=True)
    kept = drawn
    for most in range(MOST, 0, -1):
        kept = drawn.group_by(by, maintain_order=True).head(most)
        replies_and_prompts = kept["text"].to_list() + kept["prompt"].unique().to_list()
        if sum(map(len, replies_and_prompts)) <= ROOM:
            break
    columns = ["prompt_set", "framing", "state", "method", "choice"]
    found: dict[tuple[str, ...], list[list[Any]]] = {}
    for row in kept.iter_rows(named=True):
        places = [texts.setdefault(str(row[k]), len(texts)) for k in ("text", "prompt")]
        mine = found.setdefault((row["model"], row["checkpoint"]), [])
        mine.append([*(row[c] for c in columns), *places])
    return found
