"""What was sent beside the study's messages stands in the checks and in the methods paragraph."""

from typing import Any

import polars as pl

from evidences import evidence, fit
from tactometer.analyses.checks import prompts_sent
from tactometer.analyses.checks.computation import analyse
from tactometer.tables import prompts_told, served

TEMPLATE = {"template": "kept", "folded": False, "own_system": None, "added": None, "date": None}


def asked(**models: dict[str, Any]) -> pl.DataFrame:
    """The table of these models, a checkpoint each unless the name says which (a_1)."""
    rows = []
    for name, told in models.items():
        model, _, checkpoint = name.partition("_")
        done = {**TEMPLATE, "differing": 0, **told} if "system" not in told else {}
        columns = prompts_told.columns(done, told if "system" in told else {})
        rows.append({"model": model, "checkpoint": checkpoint or "0", **columns})
    kinds = {**dict.fromkeys(["model", "checkpoint"], pl.String), **prompts_told.COLUMNS}
    kinds |= {**served.APART, "bits_per_character": pl.Float64}
    return pl.DataFrame(rows, schema=kinds)


def test_each_thing_that_was_added_has_a_row_and_what_bends_a_comparison_is_flagged() -> None:
    table = asked(
        plain={},
        drops={"template": "dropped", "folded": True},
        adds={"own_system": "You are Tinker.", "added": "Written on 26 July", "date": "2024-07-26"},
        twice={"differing": 3},
        server={"system": "fold"},
    )
    found = prompts_sent.checks(table, goals=4)
    flagged = {(r["model"], r["check"]): r["flagged"] for r in found.to_dicts()}
    assert flagged == {
        ("plain", "prompts"): False,
        ("drops", "system"): False,
        ("drops", "prompts"): False,
        ("adds", "own_system"): True,
        ("adds", "added"): False,
        ("adds", "date"): False,
        ("adds", "prompts"): False,
        ("twice", "prompts"): True,
        ("server", "system"): False,
    }
    notes = " ".join(found["note"])
    assert "drops them" in notes and "You are Tinker." in notes and "2024-07-26" in notes
    alone = prompts_sent.checks(table, goals=1).filter(check="own_system")
    assert not alone["flagged"].item()


def test_checkpoints_of_a_model_that_are_sent_system_messages_in_two_ways_are_flagged() -> None:
    found = prompts_sent.checks(asked(m_0={}, m_1={"template": "refused", "folded": True}), 4)
    system = found.filter(check="system")
    assert system["flagged"].to_list() == [True, True]
    assert "refuses them" in system["note"][1] and "other checkpoints" in system["note"][0]


def test_the_rows_stand_in_the_table_of_checks_with_the_labels_of_their_model() -> None:
    counts = pl.DataFrame(
        schema={
            **dict.fromkeys(["model", "checkpoint", "goal", "framing"], pl.String),
            **dict.fromkeys(["state", "n_valid", "n_invalid"], pl.Int64),
            **dict.fromkeys(["weight", "label_mass"], pl.Float64),
        }
    )
    one = {**fit("m", "0"), "rhat_worst": 1.0, "ess_least": 900.0, "divergences": 0}
    one |= {"predictive_p": 0.5, "reason": "fits", "design_effect": 1.0}
    keys = ["model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics"]
    keys += ["verdict", "described", "reason"]
    keys += ["rhat_worst", "ess_least", "divergences", "predictive_p", "design_effect"]
    given = evidence(
        fit("m", "0"),
        asked=asked(m={"own_system": "You are Tinker."}),
        counts=counts,
        diagnostics=pl.DataFrame([{k: one[k] for k in keys}]),
    )
    estimates = given.tables["estimates"].with_columns(contraction=pl.lit(0.9))
    given.tables["estimates"] = estimates  # type: ignore[index]
    found = analyse(given).filter(check="own_system").row(0, named=True)
    assert found["flagged"] and found["family"] == "m" and found["goal"] is None


def test_the_methods_paragraph_tells_what_was_sent_and_nothing_where_nothing_was() -> None:
    assert prompts_told.sentences(asked(plain={}, other={})) == ""
    said = prompts_told.sentences(
        asked(
            a={"template": "dropped", "folded": True},
            b={"system": "fold"},
            c={"own_system": "You are Tinker.", "date": "2024-07-26"},
            d={"template": "none"},
        )
    )
    assert "before the first user message for a and b, since the chat template of a takes" in said
    assert 'the chat template\'s own in c: "You are Tinker."' in said
    assert "prints today's date (c), it was 2024-07-26." in said
    assert "Prompts of d had no chat template." in said
