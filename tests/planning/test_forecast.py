"""A plan counts what a run will ask, and prices it by what is known."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tactometer.elicitation.identity import identity
from tactometer.elicitation.requests import build
from tactometer.journal import answer_keys, journal
from tactometer.journal.journal import Line
from tactometer.planning import judging, plan, speed
from tactometer.planning.forecast import Forecast, Forecaster, spent
from tactometer.providers.local.settings import HubCheckpoint, VllmModel
from tactometer.reading import judge
from tactometer.study import study
from tactometer.study.fields import plain
from tactometer.utils.errors import UserError
from weights import checkpoint

SONNET = "anthropic/claude-sonnet-4-5"
API: dict[str, Any] = {
    "provider": "api",
    "source": SONNET,
    "estimator": {"kind": "samples", "k": 2, "max_tokens": 500},
    "checkpoints": {"none": {}, "low": {"wire": {"thinking": {"budget_tokens": 1024}}}},
}
PRODUCTION, YES_NO = 13 * 5, 13 * 5 * 8
ALL = 2 * (2 * PRODUCTION + YES_NO)  # two samples of two goals and of the yes/no prompts


def sweep(folder: Path, models: Mapping[str, Any], **more: Any) -> study.Study:
    """A small study of these models."""
    data = {
        "study": "s",
        "goals": ["default", "social"],
        "framings": ["third"],
        "sample": {"name_pairs": 1, "semantics_name_pairs": 1, "seed": 1},
        "models": dict(models),
        **more,
    }
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(data))
    return study.load([file])


def forecasts(found: study.Study, results: Path, asked: Sequence[str]) -> dict[str, Forecast]:
    """The forecasts by checkpoint, where Snakemake would ask these."""
    done = {str(results / "answers" / f"{name}.done") for name in asked}
    return {f"{f.model}/{f.checkpoint}": f for f in Forecaster(found, results, done).all()}


def answer(
    found: study.Study,
    results: Path,
    checkpoint: str,
    count: int,
    usage: dict[str, int],
    sample: int = 0,
    **more: Any,
) -> None:
    """Put answers to the first requests of the goal `social` into a journal of m."""
    model = found.models["m"]
    frame = build(
        found.domain,
        "social",
        framings=["third"],
        name_pairs=1,
        semantics_name_pairs=1,
        seed=1,
        wire={},
        estimator=plain(model.estimator),
    )
    who = answer_keys.identity_digest(identity(found, model, checkpoint))
    with journal.write(results / "answers" / "m" / f"{checkpoint}.jsonl") as writer:
        for request in frame["request"][:count]:
            key = answer_keys.answer_key(who, request, sample)
            told = {"usage": usage, "cost_usd": 0.25, "seconds": 2.0, **more}
            line = Line(key, request, sample, "A", **told)
            writer.append([line])


def test_only_what_the_journal_lacks_is_to_be_asked(tmp_path: Path) -> None:
    found, results = sweep(tmp_path, {"m": API}), tmp_path / "results/s"
    answer(found, results, "none", 40, {})
    told = forecasts(found, results, ["m/none", "m/low"])
    assert [told["m/none"].requests, told["m/none"].held] == [ALL, 40]
    assert told["m/none"].to_ask == ALL - 40
    assert told["m/none"].by_prompt_set["social"] == 2 * PRODUCTION - 40
    assert told["m/low"].to_ask == ALL, "another checkpoint's answers are not its own"
    assert spent(results) == 10.0


def test_a_journal_that_was_emptied_is_told(tmp_path: Path) -> None:
    found, results = sweep(tmp_path, {"m": API}), tmp_path / "results/s"
    answer(found, results, "none", 40, {})
    (results / "answers/m/none.done").write_text("{}")
    told = forecasts(found, results, [])["m/none"]
    assert (told.to_ask, told.lost) == (0, ALL - 40)
    assert "none.done to have them asked again" in told.notes[0]


def test_a_stopped_set_is_not_to_be_asked_and_what_is_asked_once_more_is(tmp_path: Path) -> None:
    results = tmp_path / "results/s"
    one = {**API, "estimator": {"kind": "samples", "k": 1, "max_tokens": 9}}
    found = sweep(tmp_path, {"m": one})
    answer(found, results, "low", 60, {"completion_tokens": 9}, finish_reason="length")
    case = forecasts(found, results, ["m/low"])["m/low"]
    assert (case.held, case.to_ask) == (60, PRODUCTION + YES_NO)
    assert "social" not in case.by_prompt_set
    assert any("50 of its first 50" in note and "max_tokens" in note for note in case.notes)
    again = sweep(tmp_path, {"m": {**one, "ask_again": ["cut"]}})
    case = forecasts(again, results, ["m/low"])["m/low"]
    assert (case.held, case.to_ask) == (60, 60 + PRODUCTION + YES_NO)
    on = sweep(tmp_path, {"m": one}, stop_at_unusable=1)
    assert forecasts(on, results, ["m/low"])["m/low"].to_ask == 2 * PRODUCTION + YES_NO - 60
    stop = {"social": {"wanted": PRODUCTION, "answered": 50}}
    done = results / "answers/m/low.done"
    done.write_text(json.dumps({"stopped": stop}))
    rested = forecasts(found, results, [])["m/low"]
    assert rested.lost == PRODUCTION + PRODUCTION + YES_NO - 15 - 60
    assert "social" in rested.notes[0]


def test_a_journal_of_odd_values_is_named(tmp_path: Path) -> None:
    found, results = sweep(tmp_path, {"m": API}), tmp_path / "results/s"
    path = results / "answers/m/none.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text('{"key": "a", "cost_usd": "much", "usage": 3}\n')
    with pytest.raises(UserError, match=r"none\.jsonl holds values such as no journal has"):
        forecasts(found, results, ["m/none"])


def test_tokens_follow_the_journal_where_it_tells(tmp_path: Path) -> None:
    found, results = sweep(tmp_path, {"m": API}), tmp_path / "results/s"
    guessed = forecasts(found, results, ["m/none", "m/low"])
    assert 100 < guessed["m/none"].tokens_in / ALL < 200
    assert guessed["m/low"].tokens_out > 20 * guessed["m/none"].tokens_out
    answer(found, results, "none", 65, {"prompt_tokens": 1000, "completion_tokens": 30})
    told = forecasts(found, results, ["m/none", "m/low"])
    assert told["m/none"].tokens_out == 30 * (ALL - 65)
    times = told["m/low"].tokens_in / guessed["m/low"].tokens_in
    assert 4 < times < 10, "the same tokenizer, so the same correction"


WIRES = ({"thinking": "on"}, {"thinking": {"budget_tokens": "many"}}, {"max_tokens": "many"},
         {"output_config": "low"}, {"reasoning_effort": ["low"]})  # fmt: skip


@pytest.mark.parametrize("wire", WIRES, ids=str)
def test_wire_parameters_may_be_anything(wire: dict[str, Any], tmp_path: Path) -> None:
    found = sweep(tmp_path, {"m": {**API, "checkpoints": {"0": {"wire": wire}}}})
    assert forecasts(found, tmp_path / "results/s", ["m/0"])["m/0"].to_ask == ALL


def test_prices_are_the_studys_then_the_runs_then_the_lists(tmp_path: Path) -> None:
    results = tmp_path / "results/s"

    def price(**more: Any) -> Forecast:
        return forecasts(sweep(tmp_path, {"m": API}, **more), results, ["m/none"])["m/none"]

    listed = price()
    assert listed.usd == pytest.approx(listed.tokens_in * 3e-6 + listed.tokens_out * 15e-6)
    assert listed.usd_most == pytest.approx(listed.tokens_in * 3e-6 + ALL * 500 * 15e-6)
    pinned = results / "answers/m/none.prices.json"
    pinned.parent.mkdir(parents=True)
    pinned.write_text('{"input": 1e-6, "output": 0.0, "cached_input": 0.0, "origin": "then"}')
    assert price().usd == pytest.approx(listed.tokens_in * 1e-6)
    given = price(prices={SONNET: {"input": 2, "output": 0}})
    assert given.usd == pytest.approx(listed.tokens_in * 2e-6)


def test_a_batch_price_stands_beside_that_of_calls_where_there_is_one(tmp_path: Path) -> None:
    models = {"m": API, "gpt": {**API, "source": "openai/gpt-5.1", "checkpoints": {"0": {}}}}
    found = sweep(tmp_path, models)
    told = forecasts(found, tmp_path / "results/s", ["m/none", "gpt/0"])
    assert told["m/none"].usd_batch is None
    assert 2 * (told["gpt/0"].usd_batch or 0.0) == pytest.approx(told["gpt/0"].usd)


def test_what_a_judge_will_read_is_a_stated_guess_until_replies_tell(tmp_path: Path) -> None:
    found = sweep(tmp_path, {"m": API}, judge={"model": "m", "checkpoint": "none"})
    results, sets = tmp_path / "results/s", {"social": PRODUCTION, "semantics": YES_NO}
    files = [f"{results}/judgements/m/none/{name}.parquet" for name in sets]

    def judged() -> list[Forecast]:
        told = Forecaster(found, results, files).judged()
        return [told[file] for file in files]

    guessed = judged()
    unread = [math.ceil(judging.UNREAD * 2 * count) for count in sets.values()]
    assert [each.to_ask for each in guessed] == [count + judge.AUDIT for count in unread]
    assert all("5.0% that the parser cannot (a guess)" in each.notes[0] for each in guessed)
    most = guessed[0].usd_most or 0.0
    assert most > 2 * PRODUCTION * 500 * 15e-6 > (guessed[0].usd or 0.0) > 0
    answer(found, results, "none", 65, {})  # one sample of two: not yet a reply to count
    assert [each.to_ask for each in judged()] == [each.to_ask for each in guessed]
    answer(found, results, "none", 65, {}, sample=1)  # all of them are readable
    social, semantics = judged()
    assert social.to_ask <= judge.AUDIT
    assert not any("the judge reads" in note for note in social.notes)
    assert semantics.to_ask == judge.AUDIT, "by the share of what is there"


def test_a_judge_reads_nothing_of_what_a_stopped_set_is_not_asked(tmp_path: Path) -> None:
    once = {**API, "estimator": {"kind": "samples", "k": 1}}
    judge_of = {"model": "m", "checkpoint": "none"}
    found = sweep(tmp_path, {"m": once}, judge=judge_of)
    results = tmp_path / "results/s"
    file = f"{results}/judgements/m/none/social.parquet"
    answer(found, results, "none", 50, {"completion_tokens": 9}, finish_reason="length")
    told = Forecaster(found, results, [file]).judged()[file]
    assert (told.to_ask, told.notes[:1]) == (0, ()) and PRODUCTION > 50
    on = sweep(
        tmp_path, {"m": once}, judge={"model": "m", "checkpoint": "none"}, stop_at_unusable=1
    )
    assert Forecaster(on, results, [file]).judged()[file].to_ask == PRODUCTION - 50


def test_an_unknown_price_is_said_not_guessed(tmp_path: Path) -> None:
    found = sweep(tmp_path, {"m": {**API, "source": "openai/my-own"}})
    told = forecasts(found, tmp_path / "results/s", ["m/none"])["m/none"]
    assert told.usd is None
    assert any("openai/my-own has no price" in note for note in told.notes)
    whole = plan.Plan(found, [told], [], 0.0)
    assert "$0.00, without m, whose price nobody knows; " in whole.sentence()


def weights_study(folder: Path, source: Path | str) -> study.Study:
    """A study of open weights."""
    model = {"provider": "vllm", "source": str(source), "checkpoints": {"0": {}}}
    return sweep(folder, {"m": model})


def test_weights_are_known_by_what_was_digested_or_by_their_last_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found, results = weights_study(tmp_path, checkpoint(tmp_path / "w")), tmp_path / "results/s"
    declared = identity(found, found.models["m"], "0")
    frame = build(
        found.domain, "social", framings=["third"], name_pairs=1, semantics_name_pairs=1, seed=1,
        wire={}, estimator=plain(found.models["m"].estimator),
    )  # fmt: skip

    def held(who: str) -> tuple[int, str]:
        path = results / "answers/m/0.jsonl"
        path.unlink(missing_ok=True)
        with journal.write(path) as writer:
            for request in frame["request"][:9]:
                writer.append([Line(answer_keys.answer_key(who, request, 0), request, 0, "A")])
        told = forecasts(found, results, ["m/0"])["m/0"]
        return told.held, told.notes[0]

    count, note = held("nobody")
    assert count == 0 and "has not been read: none of its journal's answers" in note
    (results / "answers/m/0.done").write_text('{"digest": "last"}')
    recipe = results / "recipes/checkpoints/m/0.json"
    recipe.parent.mkdir(parents=True)
    recipe.write_text(json.dumps(declared))
    count, note = held("last")
    assert count == 9 and "taken to be what its last run asked" in note
    from tactometer.providers.provider import open_provider

    job = {"file": "f", "model": "m"}
    exact = open_provider(declared, {**found.models["m"].as_given, "job": job}).identity()
    count, note = held(answer_keys.identity_digest(exact))  # digested just now, and remembered
    assert count == 9 and "taken to be" not in note


def test_a_hub_model_is_planned_without_the_hub(tmp_path: Path) -> None:
    found, results = weights_study(tmp_path, "Qwen/Qwen2.5-7B-Instruct"), tmp_path / "results/s"
    with journal.write(results / "answers/m/0.jsonl") as writer:
        writer.append([Line("k", "r", 0, "A")])
    told = forecasts(found, results, ["m/0"])["m/0"]
    assert told.to_ask == told.requests
    assert "is not in the hub's cache here" in told.notes[0]


def test_gpu_hours_are_measured_where_they_can_be(tmp_path: Path) -> None:
    source = "Qwen/Qwen2.5-7B-Instruct"
    settings = VllmModel(source=source, checkpoints={"0": HubCheckpoint()})
    assert "a guess" in speed.speed_of(settings, tmp_path).origin
    entry = {"device": "H100", "billions": 14, "prompt_tokens_per_s": 10_000.0}
    (tmp_path / "a.json").write_text(json.dumps({"gpu": {**entry, "sampled_tokens_per_s": 1e3}}))
    (tmp_path / "b.json").write_text("{}")
    found = speed.speed_of(settings, tmp_path)
    assert found.seconds(40_000, 4_000) == pytest.approx(4.0), "half the size, twice as fast"
    assert "measured on H100" in found.origin
    (tmp_path / "b.json").write_text(json.dumps({"gpu": entry}))
    with pytest.raises(UserError, match=r"b\.json: its entry gpu is no measurement"):
        speed.speed_of(settings, tmp_path)


def test_many_checkpoints_are_shown_by_model_and_each_where_it_is_wanted(tmp_path: Path) -> None:
    model = {"provider": "vllm", "source": "x/y-7B"}
    steps = {"pattern": "runs/{step}", "steps": list(range(60))}
    found = sweep(tmp_path, {"m": {**model, "checkpoints": steps}})
    each = [Forecast("m", str(step), 10, 0, 10, gpu_hours=0.5) for step in range(60)]
    whole = plan.Plan(found, each, [], 0.0)
    for shown, lines in ((1, whole.lines()), (60, whole.lines(each=True))):
        assert sum(line.startswith("m ") for line in "\n".join(lines).splitlines()) == shown
    assert "about 30.0 GPU hours; 600 of 600 requests to ask" in whole.sentence()


def test_a_key_that_is_not_set_is_told_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed = {**API, "api_key_env": "OWN_KEY"}
    found = sweep(tmp_path, {"m": keyed, "n": {**keyed, "api_key_env": "OTHER_KEY"}})
    told_of = forecasts(found, tmp_path / "results/s", ["m/none", "m/low", "n/none", "n/low"])
    mine = [each for each in told_of.values() if each.model == "m"]
    whole = plan.Plan(found, mine, [], 0.0)
    monkeypatch.delenv("OWN_KEY", raising=False)
    told = "OWN_KEY is not set here, and m cannot be asked without it: export OWN_KEY=... before"
    assert len(whole.lacking) == 1 and whole.lacking[0].startswith(told)
    assert any(told in line for line in whole.lines())
    monkeypatch.setenv("OWN_KEY", "k")
    assert whole.lacking == [] and not any("missing" in line for line in whole.lines())
