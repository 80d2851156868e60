"""The same with pandas, from the CSV files alone: nothing of Tactometer is imported.

python docs/tutorial/figure_pandas.py results/demo/tables OUT
"""

import json
import sys
from pathlib import Path

import pandas as pd
import plotnine as p9

folder, out = Path(sys.argv[1]), sys.argv[2]
TYPES = {"string": "string", "number": "float64", "integer": "Int64", "boolean": "boolean"}


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """All tables, with the types that schema.json gives: a checkpoint is text, as it looks."""
    found = {}
    for table in json.loads((folder / "schema.json").read_text())["resources"]:
        types = {f["name"]: TYPES[f["type"]] for f in table["schema"]["fields"]}
        found[table["name"]] = pd.read_csv(
            folder / table["path"], dtype=types, keep_default_na=False, na_values=[""]
        )
    return found


tables = read_tables(folder)
fit = ["model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics"]
columns = ["model", "checkpoint", "goal", "parameter", "mean", "hdi_low", "hdi_high"]
weights = (
    tables["estimates"]
    .query("framing == 'pooled' and fit == 'main' and speaker == 's2'")
    .loc[lambda rows: rows["parameter"].str.startswith("omega_")]
    # how sure one may be stands in another table: which fits a speaker describes, and why not
    .merge(tables["diagnostics"][[*fit, "reason"]], on=fit)[[*columns, "described", "reason"]]
    .sort_values(["model", "checkpoint", "goal", "parameter"])
)
weights.to_csv(f"{out}.csv", index=False)

figure = (
    p9.ggplot(weights, p9.aes("goal", "mean", ymin="hdi_low", ymax="hdi_high", color="parameter"))
    + p9.geom_pointrange(p9.aes(shape="described"), position=p9.position_dodge(width=0.5))
    + p9.scale_shape_manual(values={"yes": "o", "roughly": "s", "no": "x"})
    + p9.facet_wrap("model")
    + p9.ylim(0, 1)
    + p9.labs(x="", y="weight (posterior mean, 95% HDI)")
)
figure.save(f"{out}.png", width=8, height=4, dpi=150, verbose=False)
