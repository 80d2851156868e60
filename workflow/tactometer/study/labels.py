"""Labels: what tables and figures call a checkpoint beside its name."""

LABEL_COLUMNS = (
    *("family", "dataset", "method", "effort"),
    *("dtype", "quantization", "run"),
    "progress",
)
"""Those with a column of their own; `progress` is a number."""
