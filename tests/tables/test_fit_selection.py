"""Which fits stand for a behaviour, and which are counted."""

import polars as pl

from tactometer.tables.fit_selection import ONE_FIT, sampled


def fits(*framings: str, model: str = "m") -> pl.DataFrame:
    rows = [{**dict.fromkeys(ONE_FIT, "x"), "model": model, "framing": name} for name in framings]
    return pl.DataFrame(rows)


def test_each_fit_is_counted_once_whatever_it_stands_for() -> None:
    one = fits("pooled", "third")
    several = fits("pooled", "first", "third", "averaged", "mixture", model="n")
    people = fits("pooled", model="human")
    alone = fits("third", model="o")
    found = sampled(pl.concat([one, several, people, alone]))
    assert found.select("model", "framing").rows() == [
        ("m", "pooled"),
        *(("n", framing) for framing in ("pooled", "first", "third")),
        ("human", "pooled"),
        ("o", "third"),
    ]
