"""Several estimators of a model: put into another order, they ask nothing again."""

import json
from pathlib import Path

from asking import STUDY
from inside import command
from tactometer.elicitation import requests
from tactometer.elicitation.identity import identity
from tactometer.study import study

SPEAKER = {"alpha": 4.0, "phi": 0.3, "omega": {"inf": 0.3, "soc": 0.3, "pre": 0.4}}
WORDS, LETTER = {"kind": "samples", "k": 2}, {"kind": "label_logprob"}


def ask(folder: Path, *estimators: dict[str, object]) -> dict[str, str]:
    """Ask a model by each of them, as the jobs of a study do; what each job said."""
    model = {"provider": "simulated", "checkpoints": {"0": SPEAKER}, "estimators": estimators}
    (folder / "study.yaml").write_text(json.dumps({**STUDY, "models": {"m": model}}))
    sweep = study.load([folder / "study.yaml"])
    (folder / "study.json").write_text(json.dumps(sweep.content()))
    said = {}
    for name, found in sweep.models.items():
        place = folder / "results/asked/answers" / name
        frame = requests.of(sweep, found, "social")
        (folder / name).mkdir(exist_ok=True)
        frame.head(20).write_parquet(folder / name / "social.parquet")
        (folder / name / "0.json").write_text(json.dumps(identity(sweep, found, "0")))
        given = {
            "study": folder / "study.json",
            "model": name,
            "who": folder / name / "0.json",
            "requests": folder / name / "social.parquet",
            "journal": place / "0.jsonl",
            "done": place / "0.done",
        }
        arguments = [str(part) for k, v in given.items() for part in (f"--{k}", v)]
        said[name] = command(folder, ["elicitation.ask", *arguments]).stdout
    return said


def test_another_order_asks_nothing_again(tmp_path: Path) -> None:
    first = ask(tmp_path, WORDS, LETTER)
    assert ", 40 to ask" in first["m"] and ", 20 to ask" in first["m.label_logprob"]
    again = ask(tmp_path, LETTER, WORDS)
    assert list(again) == ["m", "m.samples"]
    for said, count in zip(again.values(), (20, 40), strict=True):
        assert f"{count} answers were there already" in said and ", 0 to ask" in said
    once_more = ask(tmp_path, LETTER, WORDS)
    assert not any("there already" in said for said in once_more.values())
