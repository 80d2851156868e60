"""A study file: defaults filled in, and every mistake one sentence with file, key and remedy."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tactometer.speaker_model.variants import SPEAKERS
from tactometer.study import study
from tactometer.study.fields import plain
from tactometer.utils.errors import UserError

BASE = """\
study: mine
goals: [default, social]
models:
  friend:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.7, soc: 0.1, pre: 0.2}}
"""


def load(tmp_path: Path, text: str) -> study.Study:
    path = tmp_path / "study.yaml"
    path.write_text(text)
    return study.load([path])


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    friend = load(tmp_path, BASE).models["friend"]
    assert friend.fit.semantics == "joint"
    assert friend.fit.speakers == ("s2",)
    assert friend.fit.count_total is None
    assert plain(friend.estimator) == {"kind": "samples", "k": 1, "temperature": 1.0}
    assert friend.prompt_sets == ("default", "social", "semantics")


def test_the_human_domain_says_what_humans_share_and_pay_for() -> None:
    human = study.load([Path("config/studies/human.yaml")]).models["human"]
    assert human.goals == ("informative", "social", "both")
    assert set(human.fit.share) == {"alpha", "cost"}
    assert human.fit.cost is True
    assert human.shares


def test_a_study_may_ask_for_every_speaker_model(tmp_path: Path) -> None:
    asked = load(tmp_path, BASE + f"fit: {{speakers: [{', '.join(SPEAKERS)}], share: [lapse]}}\n")
    assert asked.models["friend"].fit.speakers == tuple(SPEAKERS)
    with pytest.raises(UserError, match=r"fit.speakers\[0\]: .*perhaps s2-lapse was meant"):
        load(tmp_path, BASE + "fit: {speakers: [s2-laps]}\n")


def test_a_models_own_fit_wins_over_the_studys(tmp_path: Path) -> None:
    text = BASE + "    fit: {draws: 300}\nfit: {draws: 200, warmup: 100}\n"
    fit = load(tmp_path, text).models["friend"].fit
    assert (fit.draws, fit.warmup, fit.chains) == (300, 100, 4)


MISSING = {
    "more pairs than names give": (
        "sample: {semantics_name_pairs: 30}\n",
        "line 8, key sample.semantics_name_pairs: 20 names give 13 vignettes 29 pairs each, not 30",
    ),
    "a domain": ("domain: nowhere\n", "line 8, key domain: nowhere does not exist"),
    "a model's domain": (
        "  human: {provider: recorded, production: p, semantics: s, domain: nowhere}\n",
        "line 8, key models.human.domain: nowhere does not exist",
    ),
    "minutes that are no number": (
        "  open:\n    provider: vllm\n    source: a/b\n    checkpoints: {'0': {}}\n"
        "    resources: {runtime: 2h}\n",
        "line 12, key models.open.resources.runtime: must be a whole number, not '2h'",
    ),
}


@pytest.mark.parametrize("name", MISSING)
def test_what_a_study_names_has_to_be_there(name: str, tmp_path: Path) -> None:
    text, said = MISSING[name]
    with pytest.raises(UserError) as told:
        load(tmp_path, BASE + text)
    assert said in str(told.value)


def test_checkpoint_patterns_expand_to_named_checkpoints(tmp_path: Path) -> None:
    text = BASE + (
        "  open:\n    provider: vllm\n    source: some/model\n"
        '    checkpoints: {pattern: "runs/x/checkpoint-{step}", steps: [0, 50, 200]}\n'
    )
    model = load(tmp_path, text).models["open"]
    assert plain(model.checkpoints["50"]) == {"path": "runs/x/checkpoint-50"}
    assert [model.labels(name)["progress"] for name in model.checkpoints] == [0.0, 0.25, 1.0]
    assert plain(model.estimator) == {"kind": "label_logprob"}


def test_steps_may_be_revisions_subfolders_or_adapters(tmp_path: Path) -> None:
    model = BASE + "  open:\n    provider: vllm\n    source: org/m\n    checkpoints: "
    told = '{revision: "step-{step}", adapter: "runs/{step}", steps: [0, 100]}'
    found = load(tmp_path, model + told).models["open"]
    assert [plain(each) for each in found.checkpoints.values()] == [
        {"revision": "step-0", "adapter": "runs/0"},
        {"revision": "step-100", "adapter": "runs/100"},
    ]
    assert found.labels("100")["progress"] == 1.0
    with pytest.raises(UserError, match="pattern"):
        load(tmp_path, model + "{steps: [0, 100]}")
    with pytest.raises(UserError, match="pattern"):
        load(tmp_path, model + "{subfolder: late, steps: [0]}")
    fixed = load(tmp_path, model + '{revision: main, subfolder: "c-{step}", steps: [7]}')
    told = {"revision": "main", "subfolder": "c-7"}
    assert plain(fixed.models["open"].checkpoints["7"]) == told


def test_overrides_of_the_command_line_win(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(BASE)
    sweep = study.load([path], {"study": "other", "sample": {"name_pairs": 2}})
    assert sweep.name == "other"
    assert plain(sweep.settings.sample) == {
        "name_pairs": 2, "semantics_name_pairs": 4, "seed": 1, "factors": "crossed", "wordings": 1,
    }  # fmt: skip


def test_a_written_study_is_read_back_the_same(tmp_path: Path) -> None:
    sweep = load(tmp_path, BASE)
    (tmp_path / "stamp.json").write_text(json.dumps(sweep.content()))
    again = study.read(tmp_path / "stamp.json")
    assert again.settings == sweep.settings
    assert again.models == sweep.models


def test_what_was_written_is_told_apart_from_defaults_and_digested_as_it_was(
    tmp_path: Path,
) -> None:
    """An answer's key is made of these: 4 is not 4.0, and a default that is written is there."""
    speaker = "{alpha: 4, phi: 0.8, omega: {inf: 1, soc: 0, pre: 0.0}, noise: 0, labels: {a: 1}}"
    for text in (speaker, speaker.replace(", noise: 0", ""), speaker.replace("4", "4.0")):
        told = BASE[: BASE.index('"0"')] + f'"0": {text}\n'
        found = load(tmp_path, told).models["friend"].checkpoints["0"]
        written = yaml.safe_load(text)
        assert json.dumps(plain(found), sort_keys=True) == json.dumps(written, sort_keys=True)
        assert found.identity == {k: v for k, v in written.items() if k != "labels"}


def test_a_number_of_an_analysis_is_the_studys_or_its_default(tmp_path: Path) -> None:
    told = "analyses: {level: 0.1, sycophancy: {margins: {phi: 0.2}}}\n"
    found = plain(load(tmp_path, BASE + told).analyses)
    assert found["level"] == 0.1 and found["checks"]["invalid"] == 0.05
    margins = {"phi": 0.2, "omega_inf": 0, "omega_soc": -0.15, "omega_pre": 0}
    assert found["sycophancy"] == {"margins": margins, "crossing": 0.5}


FAULTS = {
    "misspelt top key": (BASE.replace("goals:", "gaols:"), "line 2.*gaols.*goals"),
    "misspelt model key": (BASE + "    lables: {family: x}\n", "line 8.*lables.*labels"),
    "misspelt speaker key": (BASE.replace("phi:", "fi:"), "line 7.*phi"),
    "unknown provider": (BASE.replace("simulated", "simulate"), "line 5.*provider.*simulated"),
    "unknown goal": (BASE.replace("social]", "sociable]"), "line 2.*sociable.*social"),
    "name with a slash": (BASE.replace("study: mine", "study: my/sweep"), "line 1.*study"),
    "no models": ("study: mine\nmodels: {}\n", "models"),
    "no domain": (BASE + "domain: resources/nowhere\n", "nowhere"),
    "phi above one": (BASE.replace("phi: 0.8", "phi: 1.8"), "line 7.*phi"),
    "alpha in words": (BASE.replace("alpha: 4.0", "alpha: high"), "line 7.*alpha"),
    "omega that does not add up": (
        BASE.replace("soc: 0.1", "soc: 0.3"),
        "line 7.*omega.*add up to 1",
    ),
    "misspelt provider key": (BASE.replace("provider:", "providr:"), "line 5.*perhaps provider"),
    "misspelt key of an analysis": (BASE + "analyses: {cheks: {}}\n", "line 8.*perhaps checks"),
    "steps of a pattern": (
        BASE + "  o: {provider: vllm, source: a, checkpoints: {pattern: 'x', steps: [0]}}\n",
        "line 8, key models.o.checkpoints.pattern: 'x' must match",
    ),
    "nothing": (BASE + "budget_usd:\n", "line 8.*budget_usd: must be a number, not empty"),
    "missing file": (
        "study: m\nmodels:\n  h:\n    provider: recorded\n    production: no.csv\n"
        "    semantics: resources/human/yoon2020_semantics.csv\n",
        "line 5.*models.h.production.*no.csv does not exist",
    ),
    "missing semantics file": (
        "study: m\nmodels:\n  h:\n    provider: recorded\n    semantics: no.csv\n"
        "    production: resources/human/yoon2020_production.csv\n"
        "    domain: resources/human/hearts.yaml\n",
        "line 5.*models.h.semantics.*no.csv does not exist",
    ),
    "counts of another domain": (
        "study: m\nmodels:\n  h:\n    provider: recorded\n"
        "    production: resources/human/yoon2020_production.csv\n"
        "    semantics: resources/human/yoon2020_semantics.csv\n",
        "yoon2020_production.csv.*column state: 0 is not a state",
    ),
    "goal that the file lacks": (
        "study: m\nmodels:\n  h:\n    provider: recorded\n    goals: [honest]\n"
        "    production: resources/human/yoon2020_production.csv\n"
        "    semantics: resources/human/yoon2020_semantics.csv\n"
        "    domain: resources/human/hearts.yaml\n",
        "line 5.*goal 'honest'",
    ),
    "shared parameter that is none": (BASE + "    fit: {share: [beta]}\n", "line 8.*share"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_mistake_is_one_sentence(fault: str, tmp_path: Path) -> None:
    text, message = FAULTS[fault]
    with pytest.raises(UserError) as caught:
        load(tmp_path, text)
    sentence = str(caught.value)
    assert re.search(message, sentence), sentence
    assert "\n" not in sentence
