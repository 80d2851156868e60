"""What the explorer promises, in a real browser: it shows the tables, keeps its choice in the link,
and computes the speaker that the fits have.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Browser

import pages
import synthetic
from browsing import Opened
from seeds import seed
from tactometer.report import explorer
from tactometer.speaker_model import reference
from tactometer.tables.cells import posterior

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report")]
NEGATED = [word.startswith("not") for word in synthetic.UTTERANCES]


@pytest.fixture(scope="module")
def wide(browser: Browser, report: Path) -> Opened:
    return Opened(browser, report, 1280)


def link(model: str, goal: str, framing: str = "pooled") -> str:
    return f"#model={model}&checkpoint=0&goal={goal}&framing={framing}"


def speakers(n: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Speakers of all kinds, some at the edges of what parameters may be."""
    found = []
    for i in range(n):
        states = (4, 5)[i % 2]
        theta = rng.uniform(0.001, 0.999, (8, states)) ** rng.choice([1, 3])
        if i % 10 in (3, 5, 7):
            theta[rng.integers(8), rng.integers(states)] = 0.0
        omega = rng.dirichlet([0.7] * 3)
        omega = np.eye(3)[i % 3] if i % 20 == 5 else omega
        found.append({
            "alpha": 20.0 if i % 25 == 0 else float(rng.uniform(0, 20)),
            "phi": float(i % 4 // 2 if i % 30 == 7 else rng.uniform()),
            "omega": None if i % 8 == 1 else omega.tolist(),
            "cost": float(rng.uniform(1, 10)) if i % 3 == 0 else None,
            "lapse": float(rng.uniform(0, 0.3)) if i % 5 == 0 else 0.0,
            "theta": theta.tolist(), "values": list(range(5 - states, 5)), "negated": NEGATED,
        })  # fmt: skip
    return found


def expected(at: dict[str, Any]) -> np.ndarray:
    costs = reference.negation_cost(at["cost"], at["negated"])
    given = (at["theta"], at["values"], costs)
    if at["omega"] is None:
        log_p = reference.s1(at["alpha"], at["phi"], *given)
    else:
        log_p = reference.s2(at["alpha"], at["phi"], at["omega"], *given)
    return np.exp(reference.lapsed(log_p, at["lapse"]))


def test_the_page_computes_the_speakers_of_the_reference(wide: Opened) -> None:
    asked = speakers(200, np.random.default_rng(seed(7)))
    computed = "all => all.map(document.getElementById('explore').shares)"
    shares = wide.page.evaluate(computed, asked)
    off = [np.abs(np.array(p) - expected(at)).max() for p, at in zip(shares, asked, strict=True)]
    assert len(off) == 200 and max(off) < 1e-3


def test_a_choice_is_in_the_link_and_the_link_restores_it(browser: Browser, report: Path) -> None:
    opened = Opened(browser, report, 1280)
    page = opened.page
    for name, value in (("model", "kind-friend"), ("goal", "social"), ("framing", "second")):
        page.locator(f"#explore-choice select[name={name}]").select_option(value)
    assert page.url.endswith(link("kind-friend", "social", "second"))
    again = Opened(browser, report, 1280, link=page.url.partition(".html")[2])
    state = "all => all.map(one => one.value)"
    chosen = again.page.eval_on_selector_all("#explore-choice select", state)
    assert chosen == ["kind-friend", "0", "social", "second"]
    assert again.page.locator("#explore-told").inner_text() == (
        page.locator("#explore-told").inner_text()
    )
    again.page.evaluate("location.hash = '#model=nobody&goal=social'")
    again.page.get_by_text("does not have the model of the link").wait_for()
    assert opened.wrong == again.wrong == []
    page.close()
    again.page.close()


def cells(opened: Opened, caption: str) -> list[list[str]]:
    """The rows of a table behind a chart."""
    rows = opened.page.locator(f"#explore table:has(caption:text-is('{caption}')) tbody tr")
    return [row.locator("th, td").all_text_contents() for row in rows.all()]


def test_what_it_shows_is_what_the_tables_hold(browser: Browser, report: Path) -> None:
    opened = Opened(browser, report, 1280, link=link("honest-friend", "social"))
    here = {"model": "honest-friend", "goal": "social", "framing": "pooled"}
    tables = {n: pl.read_parquet(report.parent / f"tables/{n}.parquet") for n in
              ("predictive", "estimates", "semantics")}  # fmt: skip
    rows = tables["predictive"].filter(**here).to_dicts()
    shown = cells(opened, "Said and predicted shares")
    percent = [[f"{100 * round(r[k], 3):.1f}%" for k in ("p_data", "p_mean")] for r in rows]
    assert [[row[2], row[4]] for row in shown] == percent and len(shown) == 40
    assert [row[5] for row in shown[:8]] == [
        f"{100 * round(r['p_low'], 3):.1f}% to {100 * round(r['p_high'], 3):.1f}%" for r in rows[:8]
    ]
    fitted = tables["estimates"].filter(**here).to_dicts()
    assert [row[1] for row in cells(opened, "Parameters")] == [posterior(r) for r in fitted]
    words = tables["semantics"].filter(model="honest-friend", utterance="amazing").to_dicts()
    (amazing,) = [r for r in cells(opened, "Meaning of the words") if r[0] == "amazing"]
    assert [one[:4] for one in amazing[1:]] == [f"{r['theta']:.2f}" for r in words]
    opened.page.close()


def test_what_must_not_be_read_is_hollow_and_said_in_words(browser: Browser, report: Path) -> None:
    opened = Opened(browser, report, 1280, link=link("%3Cscript%3Ealert(1)%3C/script%3E", "both"))
    page = opened.page
    assert "Its chains failed their checks" in page.locator("#explore-told").inner_text()
    marks = "#explore-said .states .mark, #explore-weights figure > svg .mark"
    assert page.locator(marks).count() == 40 + 4
    hollow = "all => new Set(all.map(one => getComputedStyle(one).fill)).size"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page.eval_on_selector_all(marks, hollow) == 1
    assert page.locator(marks).first.evaluate("one => getComputedStyle(one).fill") == ground
    page.evaluate(f"location.hash = '{link('honest-friend', 'both')}'")
    page.get_by_text("A speaker of this kind describes these answers.").wait_for()
    assert page.locator(marks).first.evaluate("one => getComputedStyle(one).fill") != ground
    page.close()


def test_answers_stand_with_their_prompts_and_cannot_run(browser: Browser, report: Path) -> None:
    opened = Opened(browser, report, 1280, link=link("honest-friend", "social"))
    answers = opened.page.locator("#explore-answers")
    assert answers.locator("tbody tr").count() == 3
    assert answers.get_by_text("<script>alert(2)</script>").count() == 1
    assert "My cake <b>1</b>?" in answers.locator("pre").all_text_contents()[1]
    assert answers.locator("script, b").count() == 0 and opened.wrong == []
    opened.page.close()


def test_sliders_stand_on_the_fit_and_weights_stay_on_the_simplex(wide: Opened) -> None:
    page = wide.page
    page.evaluate(f"location.hash = '{link('honest-friend', 'default')}'")
    page.wait_for_function("document.querySelector('#explore-choice select').value[0] === 'h'")
    fit = pl.read_parquet(Path(page.url[7:].partition("#")[0]).parent / "tables/estimates.parquet")
    fit = fit.filter(model="honest-friend", goal="default", framing="pooled")
    means = dict(fit.select("parameter", "mean").iter_rows())
    value = "name => Number(document.querySelector(`#explore-speaker [name=${name}]`).value)"
    page.locator("#slide-alpha").fill("20")
    page.locator("#explore-posterior").click()
    for name in ("alpha", "phi"):
        assert page.evaluate(value, name) == pytest.approx(means[name], abs=1e-3)
    before = page.locator("#explore-computed").inner_html()
    page.locator("#slide-pre").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(200)
    weights = [page.evaluate(value, name) for name in ("inf", "soc", "pre")]
    assert sum(weights) == pytest.approx(1, abs=1e-9) and weights[2] > means["omega_pre"] + 0.01
    assert weights[0] / weights[1] == pytest.approx(
        means["omega_inf"] / means["omega_soc"], abs=0.1
    )
    assert page.locator("#explore-computed").inner_html() != before


def test_it_opens_with_a_model_that_may_be_read_and_people_stand_behind_models() -> None:
    def model(name: str, *, read: bool, people: bool = False) -> dict[str, Any]:
        goals = {"social": {"pooled": {"read": False}, "first": {"read": read}}}
        return {"name": name, "people": people, "checkpoints": {"0": {"goals": goals}}}

    models = [model("a", read=False), model("people", read=True, people=True)]
    models += [model("m", read=True), model("z", read=True)]
    ordered = sorted(models, key=explorer._opens_last)
    assert [one["name"] for one in ordered] == ["m", "z", "people", "a"]


def test_answers_that_are_too_many_or_too_long_leave_room(monkeypatch: pytest.MonkeyPatch) -> None:
    at = {"model": "m", "checkpoint": "0", "prompt_set": "social", "framing": "first"}
    rows = [at | {"state": i % 5, "utterance": None, "prompt": f"p{i}", "text": f"{i}" * 3000,
                  "method": "phrase", "choice": "bad"} for i in range(30)]  # fmt: skip
    replies = pl.DataFrame(rows, schema_overrides={"utterance": pl.String})
    texts: dict[str, int] = {}
    (shown,) = explorer._answers(replies, texts).values()
    assert len(shown) == 10 and [a[2] for a in shown[:5]] == [0, 1, 2, 3, 4]
    assert max(map(len, texts)) < 1600 and "tables/replies.csv has it whole" in max(texts, key=len)
    monkeypatch.setattr(explorer, "ROOM", 7_000)
    (fewer,) = explorer._answers(replies, {}).values()
    assert len(fewer) == 4
    assert pages.EVIL not in explorer.script({"said": pages.EVIL})
