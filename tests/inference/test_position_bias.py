"""Position bias: a conditional logit against known biases, and what corrected choices are worth."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import optimize, special

from seeds import seed
from tactometer.elicitation.requests import option_order
from tactometer.inference import counted, loo, position_bias
from tactometer.inference.position_bias import Choices, PositionFit
from tactometer.reading import counts, order_counts, truth_counts
from tactometer.study import domain as domains
from tactometer.study import fit_recipe
from tactometer.study.fit_recipe import FitRecipe

WORDS = domains.load(Path("resources/polite_speech"))

VIGNETTES, NAMES, STATES, UTTERANCES = 13, 10, 5, 8


def orders(names: int = NAMES) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vignette, state and places of the prompts of one goal in one framing, as they are asked."""
    rows = [
        (v, s, option_order(range(UTTERANCES), v * 3, pair * STATES + s, 1))  # type: ignore[arg-type]
        for v in range(VIGNETTES)
        for pair in range(names)
        for s in range(STATES)
    ]
    places = np.argsort(np.array([order for *_, order in rows]), axis=1)
    return np.array([v for v, *_ in rows]), np.array([s for _, s, _ in rows]), places


def said(
    rng: np.random.Generator, p: np.ndarray, gamma: np.ndarray, names: int = NAMES, k: int = 1
) -> Choices:
    """Choices by shares p [state, utterance] and a bias gamma [place]; k samples of a prompt."""
    vignette, state, places = orders(names)
    shares = special.softmax(np.log(p)[state] + gamma[places], axis=1)
    weights = rng.multinomial(k, shares).astype(float)
    return Choices(weights, places, state, np.arange(STATES), vignette)


def speaker(rng: np.random.Generator) -> np.ndarray:
    return rng.dirichlet(np.full(UTTERANCES, 0.7), STATES) * 0.98 + 0.02 / UTTERANCES


def first(nats: float) -> np.ndarray:
    return nats * (np.arange(UTTERANCES) == 0)


def test_the_fit_is_the_maximum_of_the_likelihood() -> None:
    """By a general optimiser, on a likelihood that is written out here."""
    rng = np.random.default_rng(seed(1))
    choices = said(rng, speaker(rng), first(1.5))

    def loss(x: np.ndarray) -> float:
        beta, gamma = x[: STATES * UTTERANCES].reshape(STATES, -1), x[STATES * UTTERANCES :]
        logits = beta[choices.cell] + gamma[choices.places]
        chosen = special.log_softmax(logits, axis=1)
        return -float((choices.weights * chosen).sum())

    found = optimize.minimize(loss, np.zeros((STATES + 1) * UTTERANCES), method="L-BFGS-B")
    fitted = position_bias.fit(choices)
    gamma = found.x[-UTTERANCES:] - found.x[-UTTERANCES:].mean()
    assert fitted.gamma == pytest.approx(gamma, abs=0.02)  # half an answer at each place beside it
    shares = special.softmax(found.x[:-UTTERANCES].reshape(STATES, -1), axis=1)
    assert fitted.shares == pytest.approx(shares, abs=0.005)


@pytest.mark.parametrize("nats", [0.0, 1.0, 2.0, 4.0])
def test_a_bias_is_found_and_its_intervals_hold(nats: float) -> None:
    rng = np.random.default_rng(seed(2))
    truth = first(nats) - nats / UTTERANCES
    held = []
    for _ in range(40):
        found = list(position_bias.places(position_bias.fit(said(rng, speaker(rng), first(nats)))))
        held += [f.low <= t <= f.high for f, t in zip(found, truth, strict=True)]
    assert 0.9 <= np.mean(held) <= 0.995


@pytest.mark.parametrize("nats", [0.0, 1.0, 2.0])
def test_corrected_shares_are_those_without_a_bias_and_raw_ones_are_not(nats: float) -> None:
    rng = np.random.default_rng(seed(3))
    p = speaker(np.random.default_rng(3))  # one whose raw shares a bias bends by more than chance
    choices = said(rng, p, first(nats), k=200)
    found = position_bias.corrected(position_bias.fit(choices), STATES, VIGNETTES)
    whole = found.cells.sum(axis=0)
    assert whole.sum() == pytest.approx(choices.weights.sum())
    assert whole / whole.sum(axis=1, keepdims=True) == pytest.approx(p, abs=0.02)
    raw = np.stack([choices.weights[choices.cell == s].sum(axis=0) for s in range(STATES)])
    off = np.abs(raw / raw.sum(axis=1, keepdims=True) - p).max()
    assert off > 0.05 if nats == 2 else off < 0.05


def test_what_an_answer_is_worth_is_what_corrected_shares_scatter_by() -> None:
    """Variance over many data sets, over that of as many multinomial answers."""
    rng = np.random.default_rng(seed(4))
    p = speaker(rng)
    for nats in (0.0, 2.0, 4.0):
        fits = [position_bias.fit(said(rng, p, first(nats))) for _ in range(150)]
        shares = np.stack([f.shares for f in fits])
        scatter = (shares.var(axis=0) * VIGNETTES * NAMES / p).sum() / (STATES * (UTTERANCES - 1))
        told = np.mean([position_bias.corrected(f, STATES, VIGNETTES).loss for f in fits])
        assert told == pytest.approx(max(scatter, 1.0), rel=0.2), nats


def test_shares_behind_a_known_bias_scatter_round_the_truth_as_their_variances_say() -> None:
    """Of two vignettes, as where they are held out."""
    rng = np.random.default_rng(seed(9))
    p = speaker(rng)
    for nats in (0.0, 2.0):
        gamma = first(nats)
        found = []
        for _ in range(100):
            every = said(rng, p, gamma)
            two = every.vignette < 2
            rows = (getattr(every, x)[two] for x in ("weights", "places", "cell"))
            choices = Choices(*rows, every.state, every.vignette[two])
            found.append(position_bias.given(choices, gamma))
        shares, told = (np.stack(x) for x in zip(*found, strict=True))
        assert shares.mean(axis=0) == pytest.approx(p, abs=0.05)
        n = 2 * NAMES
        assert told.mean() * n / (n - 1) == pytest.approx(shares.var(axis=0).mean(), rel=0.2), nats


def test_vignettes_spread_as_their_influence_says() -> None:
    """Independent answers: the corrected cells of vignettes are no more apart than their loss."""
    from tactometer.inference.design_effect import overdispersion

    rng = np.random.default_rng(seed(5))
    p = speaker(rng)
    for nats in (0.0, 2.0):
        ratio = []
        for _ in range(30):
            found = position_bias.corrected(
                position_bias.fit(said(rng, p, first(nats))), STATES, VIGNETTES
            )
            ratio.append(overdispersion(found.cells / found.loss))
        assert np.mean(ratio) == pytest.approx(1.0, abs=0.12), nats


def weighed(fitted: PositionFit) -> bool:
    return position_bias.outweighed(fitted).outweighs


def test_a_bias_that_outweighs_the_state_is_told_also_of_a_pilot_of_one_name_pair() -> None:
    rng = np.random.default_rng(seed(6))
    told = {
        nats: np.mean(
            [
                weighed(position_bias.fit(said(rng, speaker(rng), first(nats), names=1)))
                for _ in range(30)
            ]
        )
        for nats in (0.0, 4.0)
    }
    assert told[0.0] == 0.0 and told[4.0] > 0.9, told


def test_a_speaker_who_says_the_same_of_every_state_is_not_told_to_follow_places() -> None:
    rng = np.random.default_rng(seed(7))
    p = np.tile(np.array([0.01] * 3 + [0.93] + [0.01] * 4), (STATES, 1))
    for nats in (0.0, 0.3):
        assert not weighed(position_bias.fit(said(rng, p, first(nats))))


def frames(choices: Choices) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same choices as the files of counts and of counts by order hold them."""
    shown = np.argsort(choices.places, axis=1)
    rows = [
        {"framing": "third", "state": WORDS.states[choices.state[cell]], "vignette": f"v{vignette}",
         "probs": None, "choice": WORDS.utterances[u], "method": "letter", "label_mass": None,
         "options": [WORDS.utterances[o] for o in order]}
        for weights, order, cell, vignette in zip(
            choices.weights, shown, choices.cell, choices.vignette, strict=True)
        for u, n in enumerate(weights) for _ in range(int(n))
    ]  # fmt: skip
    kinds = {"probs": pl.List(pl.Float64), "label_mass": pl.Float64, "state": pl.Int64}
    frame = pl.DataFrame(rows, schema_overrides=kinds)
    return (
        counts.count(frame, WORDS.states, WORDS.utterances),
        order_counts.count(frame, WORDS.utterances),
    )


def truths() -> pl.DataFrame:
    rows = [
        {"utterance": u, "state": s, "vignette": f"v{v}", "label_mass": None, "p_yes": literal}
        for v in range(VIGNETTES)
        for u, row in zip(WORDS.utterances, WORDS.literal or (), strict=True)
        for s, literal in zip(WORDS.states, row, strict=True)
    ]
    frame = pl.DataFrame(rows, schema_overrides={"label_mass": pl.Float64})
    return truth_counts.add_up(frame, WORDS.states, WORDS.utterances)


def settings(**fit: object) -> FitRecipe:
    domain = {"states": WORDS.states, "utterances": WORDS.utterances, "negated": [False] * 8}
    return fit_recipe.of_content(
        {"domain": {**domain, "seed": 1}, "fit": {"semantics": "fixed", **fit}}
    )


def test_a_fit_takes_corrected_shares_by_their_effective_number() -> None:
    """From the files that the workflow makes to the behaviour that is fitted."""
    rng = np.random.default_rng(seed(8))
    p = speaker(np.random.default_rng(8))  # one whose raw shares a bias bends by more than chance
    choices = said(rng, p, first(2.0), k=20)
    frame, orders = frames(choices)
    assert len(orders) <= VIGNETTES * NAMES * STATES
    assert sum(map(sum, orders["weights"].to_list())) == choices.weights.sum()
    off, on, alone, total = (
        counted.effective(settings(**fit), {"g": frame}, truths(), framing, given)
        for framing, fit, given in (
            ("third", {}, None),
            ("third", {}, {"g": orders}),
            ("pooled", {"design_effect": "ignore"}, {"g": orders}),
            ("third", {"count_total": 130.0}, {"g": orders}),
        )
    )
    assert off.design_effects and on.design_effects and alone.design_effects
    for one in (on, alone):
        effect = one.design_effects.choices[0]
        assert one.counts.sum() * effect == pytest.approx(choices.weights.sum())
        shares = one.counts[0] / one.counts[0].sum(axis=1, keepdims=True)
        assert shares == pytest.approx(p, abs=0.04)
    raw = off.counts[0] / off.counts[0].sum(axis=1, keepdims=True)
    assert np.abs(raw - p).max() > 0.05
    fitted = position_bias.fit(choices)
    assert alone.design_effects.choices[0] == pytest.approx(position_bias.loss(fitted), rel=1e-3)
    assert alone.design_effects.words == 1.0
    for one in (on, alone):  # what is left out one by one is what was fitted
        points = loo._points(one, 0, one.vignettes)
        assert points.counts.sum(axis=0) == pytest.approx(one.counts[0], abs=1e-6)
    assert total.design_effects
    whole = total.counts[0].sum(axis=1) * total.design_effects.choices[0]
    assert whole == pytest.approx(130.0)


@pytest.mark.parametrize("how", ["estimate", "ignore"])
def test_where_places_decide_all_an_answer_of_each_state_is_left(how: str) -> None:
    rng = np.random.default_rng(seed(9))
    frame, orders = frames(said(rng, speaker(rng), first(60.0)))
    fit = settings(design_effect=how)
    found = counted.effective(fit, {"g": frame}, truths(), "third", {"g": orders})
    assert found.design_effects
    assert found.design_effects.choices[0] == pytest.approx(VIGNETTES * NAMES)
    assert found.counts.sum() == pytest.approx(STATES)


def test_a_study_that_ignores_places_has_the_recipe_and_the_inputs_that_it_had() -> None:
    from tactometer.inference import stages
    from tactometer.study import study

    shown = {}
    for how in ("estimate", "ignore"):
        sweep = study.load([Path("config/config.yaml")], {"fit": {"position": how}})
        recipes = dict(stages._fits(sweep))
        shown[how] = {name: "position" in recipe["fit"] for name, recipe in recipes.items()}
        assert all(model.corrects_places == (how == "estimate") for model in sweep.asked)
    assert not any(shown["ignore"].values()) and any(shown["estimate"].values())
