"""The weights of each model by goal, as OUT.csv and OUT.png, with polars.

python docs/tutorial/figure_polars.py results/demo/tables OUT
"""

import sys

import plotnine as p9
import polars as pl

from tactometer import api

folder, out = sys.argv[1:]
tables = api.read_tables(folder)

fit = ["model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics"]
weights = (
    tables["estimates"]
    .filter(framing="pooled", fit="main", speaker="s2")
    .filter(pl.col("parameter").str.starts_with("omega_"))
    # how sure one may be stands in another table: which fits a speaker describes, and why not
    .join(tables["diagnostics"].select(*fit, "reason"), on=fit)
    .select(
        *("model", "checkpoint", "goal", "parameter", "mean", "hdi_low", "hdi_high"),
        *("described", "reason"),
    )
    .sort("model", "checkpoint", "goal", "parameter")
)
weights.write_csv(f"{out}.csv")

figure = (
    p9.ggplot(weights, p9.aes("goal", "mean", ymin="hdi_low", ymax="hdi_high", color="parameter"))
    + p9.geom_pointrange(p9.aes(shape="described"), position=p9.position_dodge(width=0.5))
    + p9.scale_shape_manual(values={"yes": "o", "roughly": "s", "no": "x"})
    + p9.facet_wrap("model")
    + p9.ylim(0, 1)
    + p9.labs(x="", y="weight (posterior mean, 95% HDI)")
)
figure.save(f"{out}.png", width=8, height=4, dpi=150, verbose=False)
