"""The judge reads what the strict parser cannot, blind, and is counted against it."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import stub
from graph import edit, lay_out, plan, snakemake, tactometer
from tactometer.reading import judge, judge_agreement
from tactometer.reading.choices import with_verdicts
from tactometer.study import study
from tactometer.utils.errors import UserError

STUDY = """\
study: small
goals: [default]
framings: [third]
sample: {{name_pairs: 1, semantics_name_pairs: 1, seed: 3}}
judge: {{model: m, checkpoint: "0"}}
models:
  m:
    provider: api
    source: openai/m
    api_base: {base}
    checkpoints: {{"0": {{}}}}
"""
TARGETS = [f"results/small/choices/m/0/{name}.parquet" for name in ("default", "semantics")]


def planned(folder: Path) -> dict[str, Any]:
    """What a plan counts for the judge; its totals are those of the judge and the models."""
    found = json.loads(tactometer(folder, "plan", "config/config.yaml", "--json").stdout)
    for key in ("requests", "held", "to_ask", "tokens_in"):
        assert found["total"][key] == pytest.approx(
            found["judge"][key] + sum(each[key] for each in found["checkpoints"])
        )
    judged: dict[str, Any] = found["judge"]
    assert judged["checkpoint"] == "0 as judge"
    return judged


@pytest.mark.long
def test_what_the_parser_cannot_read_the_judge_reads_blind_and_once_as_planned(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--bodies", "--mumbles", "Hmm, the one with {label} on it") as base:
        prices = "prices: {openai/m: {input: 1, output: 10}}\nmodels:"
        folder = lay_out(tmp_path / "run", STUDY.format(base=base).replace("models:", prices))
        snakemake(folder, "ask")  # the replies are there: what the judge reads can be counted
        asked, judged = len(stub.calls(log)), planned(folder)
        assert judged["held"] == 0 < judged["to_ask"] and judged["usd"] > 0
        assert not any("the judge reads" in note for note in judged["notes"]), "nothing is guessed"
        snakemake(folder, *TARGETS)
        calls = len(stub.calls(log))
        assert calls == asked + judged["to_ask"]
        assert not plan(folder, *TARGETS)
        places = {folder / t.replace("choices", "judgements"): tmp_path / str(i)
                  for i, t in enumerate(TARGETS)}  # fmt: skip
        for place, away in places.items():
            place.rename(away)
        again = planned(folder)
        assert (again["held"], again["to_ask"]) == (judged["to_ask"], 0), "its journals have them"
        for place, away in places.items():
            away.rename(place)
        # Another line of the judge's judges again, from its journal: one reply more is asked.
        edit(
            folder / "workflow/tactometer/reading/judge.py",
            "AUDIT: Final = 50",
            "AUDIT: Final = 51",
        )
        done = snakemake(folder, TARGETS[1])
        assert "judge: 1 of 1 done" in done.stdout + done.stderr, "nothing was stale"
        assert len(stub.calls(log)) <= calls + 1  # it may read as one that was judged already
    for target, audited in zip(TARGETS, (50, 51), strict=True):
        choices = pl.read_parquet(folder / target)
        methods = dict(choices.group_by("method").len().iter_rows())
        assert set(methods) == {"letter", "judge"} and methods["judge"] > 10
        mumbled = choices.filter(pl.col("method") == "judge")
        for options, text, choice in mumbled.select("options", "text", "choice").iter_rows():
            assert choice == options["ABCDEFGH".index(text.split()[4])]
        found = pl.read_parquet(folder / target.replace("choices", "judgements"))
        told = judge_agreement.count(found)
        assert told["n_rescued"] == told["n_unread"] == mumbled.height
        assert told["n_agree"] == told["n_audited"] == min(audited, methods["letter"])
    if "semantics" in target:
        assert choices["p_yes"].null_count() == 0
    seen = [c["body"]["messages"] for c in stub.calls(log) if "<<<" in str(c["body"])]
    assert seen
    for messages in seen:  # blind: no system prompt, no vignette, no stars
        assert len(messages) == 1 and "star" not in messages[0]["content"]
    lines = (folder / "results/small/judgements/m/0/default.jsonl").read_text().splitlines()
    assert {"key", "text", "usage", "model"} <= json.loads(lines[0]).keys()


def test_a_judge_that_contradicts_the_parser_is_counted_and_changes_nothing() -> None:
    columns = {"request": ["a", "b", "c", "d"], "sample": [0, 0, 0, 0]}
    found = pl.DataFrame(
        {
            **columns,
            "strict": ["good", "bad", "bad", None],
            "judged": ["good", "good", None, "bad"],
            "by": ["letter", "phrase", "letter", "invalid"],
        },
        schema=judge.VERDICTS,
    )
    told = judge_agreement.count(found)
    assert (told["n_audited"], told["n_agree"], told["n_disagree"]) == (3, 1, 1)
    assert (told["n_judge_none"], told["n_unread"], told["n_rescued"]) == (1, 1, 1)
    choices = pl.DataFrame(
        {
            **columns,
            "prompt_set": ["default"] * 4,
            "choice": ["good", "bad", "bad", None],
            "p_yes": [None] * 4,
            "method": ["letter", "phrase", "letter", "invalid"],
            "reason": [None, None, None, "undecided"],
        },
        schema_overrides={"sample": pl.Int32, "p_yes": pl.Float64},
    )
    after = with_verdicts(choices, found)
    assert after["choice"].to_list() == ["good", "bad", "bad", "bad"]
    assert after["method"].to_list() == ["letter", "phrase", "letter", "judge"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{model: m,", "{model: n,", "judge.model"),
        ('checkpoint: "0"}', 'checkpoint: "1"}', "judge.checkpoint"),
    ],
)
def test_a_judge_that_is_not_there_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(STUDY.format(base="http://127.0.0.1:1").replace(old, new))
    with pytest.raises(UserError) as told:
        study.load([file])
    assert "study.yaml" in str(told.value) and "line 5" in str(told.value), told.value
    assert said.split(".")[1] in str(told.value)
