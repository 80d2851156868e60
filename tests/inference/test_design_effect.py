"""Answers of one vignette hang together: effective numbers, and differences of fits that share."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import special

from seeds import seed
from tactometer.inference import counted
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.best_fit import Likelihood
from tactometer.inference.calibration import Domain
from tactometer.inference.design_effect import (
    design_effects,
    for_few,
    of_yes_no,
    overdispersion,
    scores,
    usual_fit,
)
from tactometer.inference.misfits import S2, said
from tactometer.inference.sampled import Sampled
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.shared_evidence import ordered, shuffled
from tactometer.inference.vignettes import Vignettes
from tactometer.reading import counts, truth_counts
from tactometer.speaker_model.semantics import Semantics
from tactometer.study import domain as domains
from tactometer.study.fit_recipe import FitRecipe, of_content

WORDS = domains.load(Path("resources/polite_speech"))
DOMAIN = Domain(
    np.array(WORDS.states, float), tuple(WORDS.utterances), np.array(WORDS.literal, float)
)
SCENES = [f"scene {i}" for i in range(13)]
P = said(DOMAIN.literal, DOMAIN, alpha=3.0, phi=0.5, omega=np.array([0.4, 0.2, 0.4]))


def behaviour(cells: np.ndarray, yes_no: float = 52, goal: str = "g") -> Behaviour:
    asked = np.full(DOMAIN.literal.shape, float(yes_no))
    states = tuple(map(str, WORDS.states))
    yes = np.round(asked * DOMAIN.literal, 3)
    return Behaviour(
        cells.sum(axis=0)[None], yes, asked, DOMAIN.values, None, (goal,), states, DOMAIN.utterances
    )


def vignettes(cells: np.ndarray, yes: np.ndarray | None = None) -> Vignettes:
    none = np.zeros((len(cells), *DOMAIN.literal.shape))
    return Vignettes(tuple(SCENES[: len(cells)]), cells[None], none if yes is None else yes, none)


def answers(rng: np.random.Generator, pull: np.ndarray, each: int = 10) -> np.ndarray:
    """Weights [vignette, state, utterance]; `pull` [vignette, utterance] moves logits."""
    shares = P * np.exp(pull)[:, None, :]
    return rng.multinomial(each, shares / shares.sum(axis=2, keepdims=True)).astype(float)


def test_answers_that_are_the_same_for_all_names_count_once() -> None:
    rng = np.random.default_rng(seed(3))
    once = rng.multinomial(1, np.broadcast_to(P, (400, *P.shape))).astype(float)
    assert overdispersion(10 * once) == pytest.approx(10 * overdispersion(once))
    assert overdispersion(once) == pytest.approx(1, abs=0.15)  # 5 sd of 400 x 35 squares


def test_independent_answers_keep_nearly_their_number() -> None:
    rng = np.random.default_rng(seed(5))
    found = []
    for _ in range(40):
        cells = answers(rng, np.zeros((13, 8)))
        found += design_effects(behaviour(cells), vignettes(cells), S2, "joint").choices
    assert min(found) >= 1
    assert np.mean(found) < 1.25  # an interval is wider by the root of it


def test_what_persists_over_the_states_weighs_more_than_each_state_shows() -> None:
    rng = np.random.default_rng(seed(7))
    seen, within = [], []
    for _ in range(20):
        cells = answers(rng, rng.normal(size=(13, 8)))
        seen += design_effects(behaviour(cells), vignettes(cells), S2, "joint").choices
        within.append(for_few(overdispersion(cells), 13))
    assert np.median(seen) > 1.5 * np.median(within)


def test_a_vignette_pulls_by_the_derivative_of_its_log_likelihood() -> None:
    cells = answers(np.random.default_rng(seed(11)), np.zeros((13, 8)))
    whole = behaviour(cells)
    likelihood = Likelihood(whole, 0, S2, None)
    x = likelihood.coordinates(usual_fit(whole, 0, S2))
    pulls = scores(cells, likelihood, x)
    for step in np.eye(x.size)[[0, 1, 2, 7]] * 1e-4:
        up, down = (np.log(likelihood.predicted((x + d)[None])[0][0]) for d in (step, -step))
        by_hand = (cells * (up - down)).sum(axis=(1, 2)) / 2e-4
        assert pulls @ (step / 1e-4) == pytest.approx(by_hand, abs=1e-2)


WAYS: tuple[Semantics, ...] = ("fixed", "joint", "cut")


def test_yes_no_answers_of_one_vignette_hang_together_too() -> None:
    rng = np.random.default_rng(seed(13))
    cells = answers(rng, np.zeros((13, 8)))
    asked = np.full((13, *DOMAIN.literal.shape), 4.0)
    alike = 4.0 * (rng.random(asked.shape) < DOMAIN.literal)  # all four names say the same
    mixed = rng.binomial(4, DOMAIN.literal, size=asked.shape).astype(float)
    found = [
        design_effects(
            behaviour(cells), Vignettes(tuple(SCENES), cells[None], yes, asked), S2, how
        ).words
        for yes in (alike, mixed)
        for how in WAYS
    ]
    assert min(found[:3]) > 3
    assert max(found[3:]) < 2


def test_yes_no_answers_have_a_design_effect_of_their_own_in_their_table() -> None:
    rng = np.random.default_rng(seed(14))
    found = []
    for names in (4, 1):  # four that say the same, or as many vignettes that do not
        rows = [
            {
                "utterance": u,
                "state": s,
                "vignette": f"{scene} {own}",
                "label_mass": None,
                "p_yes": p,
            }
            for i, u in enumerate(WORDS.utterances)
            for j, s in enumerate(WORDS.states)
            for scene in SCENES
            for own in range(4 // names)
            for p in [float(rng.random() < DOMAIN.literal[i, j])] * names
        ]
        frame = pl.DataFrame(rows, schema_overrides={"label_mass": pl.Float64})
        truths = truth_counts.add_up(frame, WORDS.states, WORDS.utterances)
        found.append(of_yes_no(truths))
    assert found[0] > 3.5 and 1 <= found[1] < 1.5
    unknown = truths.with_columns(by_vignette=pl.lit(None, truth_counts.BY_VIGNETTE))
    assert of_yes_no(unknown) is None


def choices(rng: np.random.Generator, pull: np.ndarray) -> pl.DataFrame:
    """Production choices, a row an answer, as the stage parse writes them."""
    rows = []
    for scene, states in zip(SCENES, answers(rng, pull), strict=True):
        for state, row in zip(WORDS.states, states, strict=True):
            for utterance, n in zip(WORDS.utterances, row, strict=True):
                answer = {"framing": "third", "state": state, "vignette": scene, "probs": None}
                rows += [{**answer, "choice": utterance, "method": "letter"}] * int(n)
    kinds = {"state": pl.Int64, "probs": pl.List(pl.Float64), "label_mass": pl.Float64}
    return pl.DataFrame([{**r, "label_mass": None} for r in rows], schema_overrides=kinds)


def truths(rng: np.random.Generator) -> pl.DataFrame:
    rows = [
        {"utterance": u, "state": s, "vignette": scene, "label_mass": None,
         "p_yes": float(rng.random() < DOMAIN.literal[i, j])}
        for scene in SCENES for i, u in enumerate(WORDS.utterances)
        for j, s in enumerate(WORDS.states) for _ in range(4)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"label_mass": pl.Float64})
    return truth_counts.add_up(frame, WORDS.states, WORDS.utterances)


def settings(**fit: object) -> FitRecipe:
    negated = [u.startswith("not") for u in WORDS.utterances]
    domain = {"states": WORDS.states, "utterances": WORDS.utterances, "negated": negated, "seed": 1}
    usual = {"semantics": "joint", "speakers": ["s2"], "cost": False, "count_total": None}
    return of_content({"domain": domain, "fit": {**usual, "design_effect": "estimate", **fit}})


def test_a_fit_takes_the_effective_numbers_of_what_was_counted() -> None:
    rng = np.random.default_rng(seed(17))
    frame = counts.count(choices(rng, rng.normal(size=(13, 8))), WORDS.states, WORDS.utterances)
    yes = truths(rng)
    weighed, plain, total = (
        counted.effective(settings(**fit), {"g": frame}, yes, "third")
        for fit in ({}, {"design_effect": "ignore"}, {"count_total": 13.0})
    )
    assert weighed.design_effects and total.design_effects and plain.design_effects is None
    assert plain.counts[0].sum(axis=1) == pytest.approx(130)
    effect = weighed.design_effects.choices[0]
    assert effect > 1.5
    assert weighed.counts * effect == pytest.approx(plain.counts)
    assert weighed.n * weighed.design_effects.words == pytest.approx(plain.n)
    # a tenth of the answers spreads a tenth as far beyond chance: less is left to hang together
    assert total.counts.sum() * total.design_effects.choices[0] == pytest.approx(5 * 13)
    assert total.design_effects.choices[0] < effect


def test_counts_that_do_not_tell_vignettes_apart_are_taken_as_they_are() -> None:
    rng = np.random.default_rng(seed(19))
    frame = counts.count(choices(rng, np.zeros((13, 8))), WORDS.states, WORDS.utterances)
    recorded = frame.with_columns(by_vignette=pl.lit(None, counts.BY_VIGNETTE))
    words = truths(rng).with_columns(by_vignette=pl.lit(None, truth_counts.BY_VIGNETTE))
    found = counted.effective(settings(), {"g": recorded}, words, "third")
    assert found.design_effects is None
    assert found.counts[0].sum(axis=1) == pytest.approx(130)


def natural(sampled: Sampled) -> np.ndarray:
    """alpha, phi and the weights of being kind and looking good [draw, parameter]."""
    flat = {k: np.asarray(x).reshape(-1, *x.shape[2:]) for k, x in sampled.draws.items()}
    return np.column_stack([flat["alpha"], flat["phi"][:, 0], flat["omega"][:, 0, 1:]])


def phi(sampled: Sampled, picked: np.ndarray) -> np.ndarray:
    return np.asarray(sampled.draws["phi"]).reshape(-1)[picked]


def alpha(sampled: Sampled, picked: np.ndarray) -> np.ndarray:
    return np.asarray(sampled.draws["alpha"]).reshape(-1)[picked]


def test_draws_of_two_goals_with_the_same_words_go_together() -> None:
    """Two goals with many choices and few yes/no answers: what is not known of alpha is the words,
    which are the same, so alpha's difference is known better than either.
    """
    cells = 40 * np.broadcast_to(P, (13, *P.shape))
    fits = {}
    for goal in ("one", "other"):
        how = SamplingSettings(parallel_chains=1, seed=seed(23) + len(goal), warmup=300, draws=500)
        fits[goal] = sample(behaviour(cells, yes_no=10, goal=goal), S2, how)
    here, again = (
        [ordered(fit, 1000, ("model", name), (goal,)) for goal, fit in fits.items()]
        for name in ("same", "same")
    )
    assert [a.tolist() for a in here] == [a.tolist() for a in again]  # no chance in it
    assert all(len(set(picked.tolist())) == 1000 for picked in here)
    elsewhere = ordered(fits["other"], 1000, ("model", "another"), ("other",))
    one, other = fits.values()
    together = np.corrcoef(alpha(one, here[0]), alpha(other, here[1]))[0, 1]
    apart = np.corrcoef(alpha(one, here[0]), alpha(other, elsewhere))[0, 1]
    assert together > 0.2
    assert abs(apart) < 0.2  # 6 sd of a thousand draws


def test_draws_of_goals_that_share_vignettes_go_together_where_these_differ() -> None:
    rng = np.random.default_rng(seed(29))
    pull = 1.2 * rng.normal(size=(13, 8))
    found = {}
    for effect in (1.2, 0.0):
        fits = []
        for goal in ("one", "other"):
            cells = answers(rng, effect / 1.2 * pull, each=40)
            raw, scenes = behaviour(cells, yes_no=4000, goal=goal), vignettes(cells)
            weighed = raw.weighed(design_effects(raw, scenes, S2, "joint"), scenes)
            how = SamplingSettings(
                semantics="fixed", parallel_chains=1, seed=seed(31), warmup=300, draws=500
            )
            fits.append(sample(weighed, S2, how))
        orders = [ordered(f, 1000, ("m", "0"), (g,)) for f, g in zip(fits, "ab", strict=True)]
        both = [natural(fit)[o].T for fit, o in zip(fits, orders, strict=True)]
        found[effect] = np.mean([np.corrcoef(*xy)[0, 1] for xy in zip(*both, strict=True)])
    assert found[1.2] > 0.15
    assert abs(found[0.0]) < found[1.2]


def test_fits_of_two_checkpoints_with_one_seed_do_not_move_alike() -> None:
    cells = 10 * np.broadcast_to(P, (13, *P.shape))
    how = SamplingSettings(
        semantics="fixed", parallel_chains=1, seed=seed(41), warmup=300, draws=250
    )
    fit = sample(behaviour(cells), S2, how)
    for order in (ordered, shuffled):
        one, other = (phi(fit, order(fit, 1000, ("model", step), ("g",))) for step in ("0", "100"))
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.2  # 6 sd of a thousand draws


def test_the_ordered_draws_are_the_posterior() -> None:
    cells = 10 * np.broadcast_to(special.softmax(np.log(P), axis=1), (13, *P.shape))
    how = SamplingSettings(parallel_chains=1, seed=seed(37), warmup=300, draws=250)
    fit = sample(behaviour(cells), S2, how)
    picked = ordered(fit, fit.draws["phi"].size, ("m", "0"), ("g",))
    assert sorted(phi(fit, picked)) == sorted(np.asarray(fit.draws["phi"]).ravel())
