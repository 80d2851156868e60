"""Answers that are drawn to be looked at: of every state, and of every way of reading."""

from pathlib import Path

import polars as pl

from tactometer.reading.answer_samples import draw


def test_answers_of_each_state_and_each_way_of_reading_are_drawn(tmp_path: Path) -> None:
    rows = [
        {"prompt_set": "social", "framing": "third", "vignette": "cake", "utterance": None,
         "state": 1 + i % 5, "request": f"{i:03}", "sample": 0, "options": ["good", "bad"],
         "messages": [{"role": "user", "content": f"How is cake {i}?"}], "text": "A",
         "choice": "good", "method": "judge" if i == 77 else "letter", "label_mass": None}
        for i in range(100)
    ]  # fmt: skip
    pl.DataFrame(rows).write_parquet(tmp_path / "social.parquet")
    drawn = draw([tmp_path / "social.parquet"])
    assert drawn["state"].value_counts(sort=True).filter(pl.col("count") < 2).is_empty()
    assert drawn["state"].n_unique() == 5 and drawn.filter(method="judge").height == 1
    assert drawn.height == 11 and drawn.equals(draw([tmp_path / "social.parquet"]))
