"""The sentences that open the page: who is described, who weighs what, what a goal changes."""

from __future__ import annotations

from typing import Any

import polars as pl

import synthetic
from evidences import SYCOPHANT, evidence, fit
from tactometer.analyses.analyse import analyse
from tactometer.analyses.profiles.sentences import headline as of_profiles
from tactometer.analyses.profiles.sentences import sentences
from tactometer.analyses.shifts.sentences import headline as of_shifts
from tactometer.analyses.sycophancy.sentences import headline as of_sycophancy
from tactometer.report import at_a_glance, findings, speakers_found
from tactometer.study.analyses import names as analysis_names

PEOPLE = fit("human", "r", (0.39, 0.22, 0.1, 0.68), goal="both")
HONEST = fit("h", "0", (0.8, 0.6, 0.1, 0.3), goal="both")
COY = fit("s", "0", SYCOPHANT, goal="both")


def test_who_weighs_looking_good_most_is_told_with_its_probability_or_left_open() -> None:
    for pre, order, signs in (
        (0.5, "weighs most for s (0), {} (probability > .99); next is h (0), 0.50 [", 1),
        (0.88, "has the highest mean for s (0), {}, but the order is open; next is h", 0),
    ):  # fmt: skip
        other = fit("h", "0", (0.8, 0.9 - pre, 0.1, pre), goal="both")
        frame = analyse("profiles", evidence(PEOPLE, other, COY))
        (told, *_) = of_profiles(frame)
        start = "With the goal both, of 2 models that may be read looking good (ω pre) "
        assert told.startswith(start + order.format("0.90 [0.86, 0.94]")), told
        assert told.endswith("; for human 0.68 [0.64, 0.72].")
        assert len(told.signs) == signs  # type: ignore[attr-defined]


def test_what_may_not_be_told_of_is_beside_nobody_who_has_most() -> None:
    wide = fit("w", "0", (0.5, 0.3, 0.2, 0.5), goal="both", sd=0.3, told=False)
    frame = analyse("profiles", evidence(PEOPLE, HONEST, COY, wide))
    most = dict(frame.filter(parameter="omega_pre").select("model", "p_most").rows())
    assert most["s"] == 1 and most["h"] == 0, "the wide one would have made it less sure"
    alone = analyse("profiles", evidence(PEOPLE, COY, wide))
    assert alone.filter(model="s")["p_most"].null_count() == alone.filter(model="s").height


def test_beside_people_each_model_stands_on_its_side_of_them() -> None:
    near = fit("n", "0", (0.4, 0.3, 0.2, 0.5), goal="both")
    (*_, told) = of_profiles(analyse("profiles", evidence(PEOPLE, HONEST, COY, near)))
    assert told.startswith(
        "Beside human with the goal both (0.39 [0.35, 0.43]), fitted alike (the least sure sign "
        "with probability > .99), φ* is higher for h"
    )
    assert "higher for h (0), 0.80 [0.76, 0.84]; lower for s (0), 0.20 [" in told
    assert "; not told apart for n (0), 0.40 [" in told and len(told.signs) == 2  # type: ignore[attr-defined]


def test_an_interval_that_leaves_0_out_and_is_no_sure_sign_says_how_sure_it_is() -> None:
    frame = analyse("profiles", evidence(PEOPLE, HONEST, COY)).with_columns(
        difference_p_direction=pl.lit(0.97)
    )
    (*_, told) = of_profiles(frame)
    assert "φ* is not told apart for h" in told and len(told.signs) == 0  # type: ignore[attr-defined]
    assert "0.80 [0.76, 0.84] (higher only with probability 0.97)" in told
    assert "0.20 [0.16, 0.24] (lower only with probability 0.97)" in told
    whole = " ".join(sentences(frame))
    assert "not told apart from human" in whole and "; higher only with probability 0.97)" in whole


def test_whose_intervals_take_answers_as_independent_is_told_beside_the_answer() -> None:
    cells = {"model": ["p", "m"], "checkpoint": "0", "goal": "both", "framing": "pooled"}
    counts = pl.DataFrame({**cells, "state": 1, "utterance": "good", "p": 1.0, "weight": 9.0})
    counts = counts.with_columns(n_valid=9, n_invalid=0)
    fits = [row("m", design_effect=1.2), row("p", design_effect=None), row("q", design_effect=None)]
    told = at_a_glance.stands_on(counts, ["p"], pl.DataFrame(fits))
    assert "Intervals of p and q take every answer as independent of the others" in told
    assert "Intervals of" not in at_a_glance.stands_on(counts, ["p"], pl.DataFrame(fits[:1]))


def test_what_must_not_be_read_is_in_no_sentence_that_opens_the_page() -> None:
    frame = analyse("profiles", evidence(PEOPLE, HONEST, {**COY, "described": "no"}))
    assert all("s (0)" not in told for told in of_profiles(frame))
    suspect = analyse("sycophancy", evidence(PEOPLE, HONEST, {**COY, "verdict": "suspect"}))
    assert "borne by" not in of_sycophancy(suspect)[0]


def test_the_goal_that_changes_most_opens_the_page() -> None:
    fits = [fit("m", "0"), fit("m", "0", (0.5, 0.3, 0.2, 0.5), goal="both")]
    fits.append(fit("m", "0", (0.2, 0.1, 0.4, 0.5), goal="social"))
    (told,) = of_shifts(analyse("shifts", evidence(*fits)))
    assert told.startswith("The goal social against default (1 comparison; ")
    (nothing,) = of_shifts(analyse("shifts", evidence(*fits[:2])))
    assert nothing == "Of 4 shifts by goal or effort none stands out."


def test_who_bears_the_signature_is_named_with_its_goals() -> None:
    more = {**COY, "goal": "social"}
    (told,) = of_sycophancy(analyse("sycophancy", evidence(PEOPLE, HONEST, COY, more)))
    assert "borne by s (0) under social and both (least probability > .99)." in told
    (none,) = of_sycophancy(analyse("sycophancy", evidence(PEOPLE, HONEST)))
    assert none.startswith("Of 1 fit that may be read none has the signature")


def test_tables_in_which_nothing_stands_out_are_named_in_one_line() -> None:
    fits = [fit("m", "0"), fit("m", "0", goal="social")]
    fits += [fit("m", "0", framing=f) for f in ("first", "third")]
    frames = {name: pl.DataFrame() for name in [*analysis_names(), "comparison"]}
    frames |= {n: analyse(n, evidence(*fits)) for n in ("shifts", "framing_effects")}
    told = findings.found(frames)
    assert told.nothing == (
        "Nothing stands out in shifts (4 shifts by goal or effort) and framing effects "
        "(4 differences between framings)."
    )
    assert told.questions == {} and told.headline == [
        "Of 4 shifts by goal or effort none stands out."
    ]


def row(model: str, goal: str = "both", **criticism: Any) -> dict[str, Any]:
    named = {"model": model, "checkpoint": "0", "goal": goal, "framing": "pooled"}
    named |= {"fit": "main", "speaker": "s2", "semantics": "joint", "verdict": "ok"}
    return {**named, **synthetic.CRITICISM, **criticism}


def test_each_model_counts_by_the_worst_of_its_goals_and_people_apart() -> None:
    odd = {"described": "no", "reason": "says “good” of state 1 in 90% of answers, ..."}
    rows = [row("plain"), row("two"), row("two", "social", **odd), row("mute", choices="even")]
    rows += [row("stuck", verdict="suspect"), row("people", described="roughly", reason="...")]
    rows += [row("others", verdict="suspect"), row("few", choices="even")]
    (told,) = speakers_found.headline(pl.DataFrame(rows), ["people", "others", "few"])
    assert told == (
        "Of 4 models, each by the worst of its goals: 1 described by a speaker (plain); 1"
        " described by no speaker (two); 1 of which nothing can be said (mute); 1 whose"
        " chains failed (stuck). People (people): described only roughly. People (others): the"
        " chains of a fit failed. People (few): nothing can be said of them."
    )
    assert speakers_found.headline(pl.DataFrame(), []) == []


def test_a_doubt_of_several_goals_is_one_sentence() -> None:
    odd = {"described": "no", "reason": "says “good” of state 1 in 90% of answers, ..."}
    told = speakers_found.sentences(pl.DataFrame([row("two", g, **odd) for g in ("a", "b", "c")]))
    assert told[1:] == [
        "two (0), goals a, b and c: no speaker of this kind; under a it says “good” of state 1 in"
        " 90% of answers, ...."
    ]
