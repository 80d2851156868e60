"""What a model costs, before anything is asked; LiteLLM's list is read as a file, in milliseconds.

Importing LiteLLM takes seconds, and a plan needs one entry of its list.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tactometer.providers.api import batch_endpoint, token_prices
from tactometer.study.model import Model
from tactometer.study.study import Study
from tactometer.utils.errors import UserError

INPUT = token_prices.KINDS["input"]
LIST = "model_prices_and_context_window_backup.json"


@dataclass(frozen=True)
class Price:
    """US dollars a token; `batch` is (input, output) at a batch endpoint, where one can be used."""

    input: float
    output: float
    batch: tuple[float, float] | None
    origin: str


def price_of(study: Study, model: Model, copy: Path) -> Price | None:
    """The price that a run would pin: the study's, else that of an earlier run, else the list's.

    `copy` is where an earlier run of a checkpoint has left its prices. None where nobody knows.
    """
    source = model.asked.source or ""
    entry = listed(source) or {}
    batched = source.split("/")[0] in batch_endpoint.PROVIDERS and f"{INPUT}_batches" in entry
    batch = _pair(entry, batch=True) if batched else None
    given = study.settings.prices
    mine = given.get(source) or given.get(model.name)
    if mine:
        return Price(mine.input / 1e6, mine.output / 1e6, None, "the study")
    if copy.exists():
        try:
            found = token_prices.of_content(json.loads(copy.read_text()))
        except (KeyError, TypeError, ValueError):
            raise UserError(f"{copy} is no price list any more: delete it.") from None
        return Price(found.rates.input, found.output, batch, f"{found.origin}, pinned")
    pair = _pair(entry)
    return Price(*pair, batch, f"LiteLLM {version('litellm')}") if pair else None


def listed(source: str) -> Mapping[str, Any] | None:
    """LiteLLM's entry for a model, as its own look-up finds it: with the provider or without."""
    found = _list()
    if source in found:
        return found[source]
    provider, _, name = source.partition("/")
    entry = found.get(name)
    mine = entry is not None and str(entry.get("litellm_provider", "")).startswith(provider)
    return entry if mine else None


def have_list() -> bool:
    """Whether LiteLLM is installed here."""
    return bool(_list())


@cache
def _list() -> dict[str, dict[str, Any]]:
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        return {}
    found: dict[str, dict[str, Any]] = json.loads((Path(spec.origin).parent / LIST).read_text())
    return found


def _pair(entry: Mapping[str, Any], batch: bool = False) -> tuple[float, float] | None:
    """Price of an input and of an output token; thoughts may cost more than text."""
    found = token_prices.listed(entry, "", batch)
    return (found.rates.input, found.output) if found else None
