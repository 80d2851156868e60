"""What came back and is no answer: told apart, asked once more, and stopped before it costs."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from msgspec import structs

import stub
from asking import Job, inside, job, model, tables
from tactometer.elicitation.ask import LabelMass
from tactometer.elicitation.stages import MOST_UNUSABLE
from tactometer.journal.journal import Line
from tactometer.providers.provider import Ask
from tactometer.study.settings import StudySettings
from tactometer.utils.errors import UserError

TRANSPORTS = ["openai", "together_ai"]  # a plain POST, and LiteLLM
SOCIAL = "feeling good about"  # in the prompts of the goal social alone

SOME = f"{SOCIAL}.*cake"


def asked(folder: Path, base: str, kind: str = "openai", **changes: Any) -> Job:
    own = {k: changes.pop(k) for k in [*changes] if k in ("stop_at_unusable", "rows", "goals")}
    found = model(base, f"{kind}/m", **changes)
    return job(folder, found, **{"rows": 65, **own})


def reasons(found: Job) -> Counter[str | None]:
    return Counter(tables(found)["reason"])


@pytest.mark.parametrize("kind", TRANSPORTS)
@pytest.mark.parametrize(
    ("manner", "reason", "raw"),
    [
        ("cut", "cut", None),
        ("filter", "filtered", None),
        ("refusal", "refused", "I can't help"),
        ("error-in-choice", "error", "is gone"),
        ("error-for-good", "error", "is gone"),
    ],
)
def test_what_is_no_answer_is_kept_and_says_why(
    tmp_path: Path, kind: str, manner: str, reason: str, raw: str | None
) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--manner", manner) as base:
        found = asked(tmp_path / "run", base, kind, rows=3)
        done = inside(found)
    assert done.returncode == 0, done.stderr
    assert len(stub.calls(log)) == len(found.lines()) == 9  # kept, and asked no second time
    assert reasons(found) == {reason: 9}
    assert set(tables(found)["method"]) == {"invalid"}
    for line in found.lines():
        assert (raw is None and "raw" not in line) or raw in line["raw"]


@pytest.mark.parametrize("kind", TRANSPORTS)
def test_a_refusal_stops_no_question_for_log_probabilities(tmp_path: Path, kind: str) -> None:
    with stub.running(tmp_path / "log", "--manner", "refusal", "--only", "cake") as base:
        exact = {"kind": "label_logprob"}
        found = asked(tmp_path / "run", base, kind, estimator=exact)
        done = inside(found)
    assert done.returncode == 0, done.stderr
    assert reasons(found)["refused"] > 0 and reasons(found)[None] > 100


def calls_of(log: Path, pattern: str) -> int:
    return sum(bool(stub.re.search(pattern, json.dumps(c["body"]))) for c in stub.calls(log))


@pytest.mark.parametrize("kind", TRANSPORTS)
def test_a_set_that_is_cut_stops_after_fifty_and_the_others_go_on(
    tmp_path: Path, kind: str
) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--bodies", "--manner", "cut", "--only", SOCIAL) as base:
        found = asked(tmp_path / "run", base, kind)
        done = inside(found)
        assert done.returncode == 1 and not found.done.exists()
        assert len(done.stderr.splitlines()) == 1
        for words in ("models.m", "prompt set social: 50 of its first 50", "estimator.max_tokens"):
            assert words in done.stderr
        assert calls_of(log, SOCIAL) == 50 and len(found.lines()) == 50 + 2 * 65
        again = inside(found)  # it asks nothing, and says the same
        assert again.stderr == done.stderr and len(stub.calls(log)) == 50 + 2 * 65
        on = asked(found.folder, base, kind, stop_at_unusable=1)
        assert inside(on).returncode == 0
    assert len(stub.calls(log)) == 3 * 65
    assert reasons(on) == {"cut": 65, None: 130}


@pytest.mark.parametrize("manner", ["refusal", "decline", "filter"])
def test_a_set_that_a_model_refuses_is_a_finding(tmp_path: Path, manner: str) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--bodies", "--manner", manner, "--only", SOCIAL) as base:
        found = asked(tmp_path / "run", base)
        done = inside(found)
        assert done.returncode == 0, done.stderr
        assert "prompt set social: 50 of its first 50 answers are unusable" in done.stdout
        inside(found)
    assert len(stub.calls(log)) == 50 + 2 * 65
    told = json.loads(found.done.read_text())["stopped"]
    assert told["social"]["unusable"] == told["social"]["of"] == 50
    assert told["social"]["wanted"] == 65
    read = tables(found)
    assert read.group_by("prompt_set").len().sort("prompt_set")["len"].to_list() == [65, 65, 50]


def test_a_set_with_as_many_usable_answers_goes_on(tmp_path: Path) -> None:
    """A third of the prompts gets a reply that cannot be read."""
    log = tmp_path / "log"
    with stub.running(log, "--mumbles", "It depends.") as base:
        assert inside(asked(tmp_path / "run", base)).returncode == 0
        assert len(stub.calls(log)) == 195
        strict = asked(tmp_path / "strict", base, stop_at_unusable=0.1)
        done = inside(strict)
    assert done.returncode == 0 and "undecided" in done.stdout
    assert len(strict.lines()) == 150


def test_a_request_without_an_answer_does_not_hold_the_others_up(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--trouble", "0.3", "--kinds", "500") as base:
        limits = {"concurrency": 8, "attempts": 1, "timeout": 5}
        found = asked(tmp_path / "run", base, limits=limits)
        done = inside(found)
    failed = sum(bool(call["trouble"]) for call in stub.calls(log))
    if len(stub.calls(log)) == 195:
        assert f"{failed} of 195 answers are missing" in done.stderr
    assert len(found.lines()) == len(stub.calls(log)) - failed


@pytest.mark.parametrize("kind", TRANSPORTS)
def test_what_was_cut_is_asked_once_more_where_the_study_says_so_and_never_thrice(
    tmp_path: Path, kind: str
) -> None:
    log = tmp_path / "log"
    manner = ("--manner", "cut", "--only", SOME, "--times", "1")
    with stub.running(log, *manner) as base:
        found = asked(tmp_path / "run", base, kind)
        inside(found)
        cut = reasons(found)["cut"]
        assert cut == 5 and len(stub.calls(log)) == 195
        again = asked(found.folder, base, kind, ask_again=["cut"])
        assert f"{cut} to ask" in inside(again).stdout
        assert len(stub.calls(log)) == 195 + cut
        assert reasons(again) == {None: 195}  # the last usable line counts
        assert "0 to ask" in inside(again).stdout
    assert len(stub.calls(log)) == len(found.lines()) == 195 + cut


def test_a_stopped_set_whose_first_answers_are_mended_goes_on(tmp_path: Path) -> None:
    """Fifty cut, asked once more in one run with the fifteen that they had kept from being asked;
    cut for the first time, as all are here, those wait for the next run."""
    log = tmp_path / "log"
    with stub.running(log, "--manner", "cut", "--only", SOCIAL, "--times", "1") as base:
        found = asked(tmp_path / "run", base)
        assert inside(found).returncode == 1 and len(stub.calls(log)) == 130 + 50
        again = asked(found.folder, base, ask_again=["cut"])
        done = inside(again)
        assert done.returncode == 0 and "50 to ask" in done.stdout
        assert len(stub.calls(log)) == 130 + 50 + 50 + 15
        assert reasons(again) == {None: 180, "cut": 15}
        inside(again)
    assert reasons(again) == {None: 195} and len(stub.calls(log)) == 130 + 2 * 65


def test_what_is_cut_twice_is_left(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--manner", "cut", "--only", SOME) as base:
        found = asked(tmp_path / "run", base, ask_again=["cut"])
        for _ in range(4):
            assert inside(found).returncode == 0
    assert max(Counter(call["prompt"] for call in stub.calls(log)).values()) == 2
    assert reasons(found)["cut"] > 0


def test_the_last_usable_line_of_a_key_counts(tmp_path: Path) -> None:
    """Whatever the order: cut, usable, cut."""
    from tactometer.replies.stop_reasons import counting

    def line(text: str, finish: str) -> dict[str, Any]:
        usage = {"completion_tokens": 9}
        return Line("k", "r", 0, text, finish_reason=finish, usage=usage).entries()

    cut, fine, last = line("(A)", "length"), line("(B)", "stop"), line("(C)", "length")
    assert counting([cut, fine, last])["k"] == fine
    assert counting([fine, line("(D)", "stop")])["k"]["text"] == "(D)"
    assert counting([cut, last])["k"] == cut


def test_a_mass_above_one_stops_with_a_sentence(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--manner", "too-likely") as base:
        exact = {"kind": "label_logprob"}
        found = asked(tmp_path / "run", base, estimator=exact)
        done = inside(found)
    assert done.returncode == 1 and not found.done.exists()
    assert "more than all" in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("odd", [2, 4, 5])
def test_a_few_odd_masses_at_the_start_stop_nothing(odd: int) -> None:
    """Two replies in transit may be broken one after the other; five of five are the server's."""
    asks = [Ask(f"k{n}", {"prompt_set": "default", "framing": "third"}, 0) for n in range(13)]
    masses = [700.0] * odd + [-0.1] * (13 - odd)
    lines = [
        Line(ask.key, "r", 0, None, logprobs={"A": m}) for ask, m in zip(asks, masses, strict=True)
    ]
    watched = LabelMass(asks, 0.1).watched([line] for line in lines)
    if odd < 5:
        assert len(list(watched)) == 13
    else:
        with pytest.raises(UserError, match="more than all"):
            list(watched)


@pytest.mark.parametrize("seen", ["production", "yes/no"])
def test_labels_without_mass_stop_a_small_study_and_either_kind_of_prompt(
    tmp_path: Path, seen: str
) -> None:
    """The stub's labels have .79; a study of 13 production and 13 yes/no prompts sees that."""
    with stub.running(tmp_path / "log") as base:
        exact = {"kind": "label_logprob"}
        found = asked(tmp_path / "run", base, estimator=exact, min_label_mass=0.8, rows=13)
        for path in found.requests:
            if (path.stem == "semantics") == (seen == "production"):
                pl.read_parquet(path).clear().write_parquet(path)
        done = inside(found)
    assert (
        f"0.79 of the probability in the median of the first {26 if seen[0] == 'p' else 13} "
        in (done.stderr)
    )
    assert f"answers to {seen} prompts" in done.stderr


def test_the_default_share_is_that_of_a_study() -> None:
    found = {f.name: f.default for f in structs.fields(StudySettings)}
    assert found["stop_at_unusable"] == MOST_UNUSABLE
