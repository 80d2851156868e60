"""How networks are taught a speaker, for the proof of the instrument (`make taught`)."""

import json
from pathlib import Path

import pytest

import engine_env
from asking import ROOT, Job, job

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engines")]

STATES, KINDS = range(1, 6), {"kind": "utterance_logprob"}


def taught(found: Job, what: str, model: Path, out: Path, *more: str) -> None:
    """Run `teach.py` as its command line does."""
    words = [what, "--model", str(model), "--requests", *map(str, found.requests),
             "--shares", str(found.folder / "shares.json"), "--out", str(out), *more]  # fmt: skip
    script = (
        f"import sys\nsys.path.insert(0, {str(ROOT / 'benchmarks/taught')!r})\n"
        f"import teach\nsys.argv[1:] = {words!r}\nteach.main()"
    )
    engine_env.run([], found.folder, script)


@pytest.fixture
def lessons(tmp_path: Path, models: Path) -> Job:
    """Requests, and a teacher that says bad of the lower states and good of the others."""
    model = {"provider": "transformers", "source": str(models / "llama"), "estimator": KINDS}
    found = job(tmp_path, model, rows=40)
    utterances = found.sweep.domain.utterances
    said = {
        str(s): dict.fromkeys(utterances, 0.02) | {("bad", "good")[s > 2]: 0.86} for s in STATES
    }
    true = {u: {str(s): {"yes": 0.8, "no": 0.2} for s in STATES} for u in utterances}
    (tmp_path / "shares.json").write_text(json.dumps({"utterances": said, "yes_no": true}))
    return found


def test_one_tree_of_prompts_gives_each_what_a_plain_forward_pass_does(
    lessons: Job, models: Path
) -> None:
    truth = engine_env.utterances(models / "llama", lessons)
    taught(lessons, "measure", models / "llama", lessons.folder / "own.json")
    seen = json.loads((lessons.folder / "own.json").read_text())["logprobs"]
    assert len(seen) == len(truth) == 120
    for line in seen:
        told = {name: p for name, (p, _) in truth[line.pop("request")]["each"].items()}
        assert line == pytest.approx(told, abs=1e-4)


def test_a_network_that_is_taught_comes_to_say_what_its_teacher_says(
    lessons: Job, models: Path
) -> None:
    own, far = lessons.folder / "own", {}
    taught(lessons, "teach", models / "llama", own, "--steps", "200")
    for name, model in (("before", models / "llama"), ("after", own)):
        out = lessons.folder / f"{name}.json"
        taught(lessons, "measure", model, out)
        far[name] = json.loads(out.read_text())["divergences"]
    assert far["after"]["utterances"] < far["before"]["utterances"] / 2
    assert far["after"]["yes_no"] < far["before"]["yes_no"] / 2
    assert far["before"]["mass"] < 0.1 and far["after"]["mass"] > 0.5
