"""A yardstick is measured as what is held against it, or it is not held against it at all."""

from pathlib import Path

import numpy as np
import pytest

from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import SPEAKERS
from tactometer.study import study, yardstick
from tactometer.utils.errors import UserError

BASE = """\
study: mine
goals: [default, social]
yardstick: {model: human, goal: both}
models:
  human:
    provider: recorded
    production: resources/human/yoon2020_production.csv
    semantics: resources/human/yoon2020_semantics.csv
    domain: resources/human/hearts.yaml
  friend:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.7, soc: 0.1, pre: 0.2}}
"""


def load(tmp_path: Path, text: str) -> study.Study:
    path = tmp_path / "study.yaml"
    path.write_text(text)
    return study.load([path])


def test_people_are_fitted_once_more_as_the_models_are(tmp_path: Path) -> None:
    sweep = load(tmp_path, BASE)
    assert sweep.models["friend"].fit.cost is True
    human = sweep.models["human"]
    assert set(human.fit.share) == {"alpha", "cost"}  # what people's own fit has in common
    again = human.beside
    assert again is not None and again.values == pytest.approx([1, 7 / 3, 11 / 3, 5])
    assert (again.fit.cost, list(again.fit.share)) == (True, [])
    found = sweep.yardstick
    assert found == yardstick.Yardstick("human", "both", "yardstick", ("friend",), {})


def test_a_study_that_names_no_yardstick_is_fitted_as_before(tmp_path: Path) -> None:
    sweep = load(tmp_path, BASE.replace("yardstick: {model: human, goal: both}\n", ""))
    assert sweep.yardstick is None and sweep.models["human"].beside is None
    assert sweep.models["friend"].fit.cost is False


def test_who_is_fitted_on_other_terms_is_not_compared_and_the_reason_is_told(
    tmp_path: Path,
) -> None:
    other = BASE + BASE.partition("  friend:")[2].join(["  other:", "    fit: {cost: false}\n"])
    found = load(tmp_path, other).yardstick
    assert found is not None and found.comparable == ("friend",)
    assert found.apart == {"other": "cost is false, not true"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("{model: humans, goal: both}", r"yardstick.model: 'humans' .* perhaps human was meant"),
        ("{model: human, goal: boht}", r"yardstick.goal: human has no goal 'boht'.*both"),
        ("{model: friend, goal: social}", r"yardstick.model: friend has 2 checkpoints"),
        ("{model: human}", r"yardstick.*goal"),
    ],
)
def test_a_yardstick_that_is_none_is_one_sentence(tmp_path: Path, wrong: str, told: str) -> None:
    text = BASE.replace("{model: human, goal: both}", wrong)
    text += '      "1": {alpha: 4.0, phi: 0.8, omega: {inf: 0.7, soc: 0.1, pre: 0.2}}\n'
    with pytest.raises(UserError, match=told) as error:
        load(tmp_path, text)
    assert "line 3" in str(error.value) and "\n" not in str(error.value)


def test_a_model_may_be_the_yardstick_of_others(tmp_path: Path) -> None:
    more = BASE.partition("  friend:")[2]
    text = BASE.replace("{model: human, goal: both}", "{model: friend, goal: social}")
    found = load(tmp_path, text + "  other:" + more).yardstick
    assert found is not None and (found.fit, found.comparable) == ("main", ("other",))


def test_hearts_on_the_range_of_stars_are_the_same_speaker_and_on_their_own_another() -> None:
    """The same words said of places on a scale: only where the range is the same, phi is."""
    rng = np.random.default_rng(3)
    theta = rng.uniform(0.1, 0.9, (4, 4))
    at = Natural(
        alpha=np.array([4.0]),
        phi=np.array([0.5]),
        omega=np.array([[0.3, 0.3, 0.4]]),
        cost=None,
        lapse=None,
    )
    stars = SPEAKERS["s2"].log_speaker(at, theta, [1, 7 / 3, 11 / 3, 5])
    hearts = SPEAKERS["s2"].log_speaker(at, theta, [0, 1, 2, 3])
    shifted = SPEAKERS["s2"].log_speaker(at, theta, [0, 4 / 3, 8 / 3, 4])
    assert np.allclose(stars, shifted, atol=1e-12)
    assert np.abs(np.exp(stars) - np.exp(hearts)).max() > 0.01
