"""Named fits: the same choices fitted in several ways, side by side; the first is the headline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tactometer.study import fields, presets, yaml_lines
from tactometer.study.fields import UNSET, plain
from tactometer.study.fit_recipe import MAIN
from tactometer.study.model_settings import Fit, ModelSettings
from tactometer.study.recorded_settings import RecordedModel
from tactometer.study.yardstick import BESIDE
from tactometer.utils.errors import UserError

if TYPE_CHECKING:
    from tactometer.study.study import Study


def check(study: Study, lines: yaml_lines.Lines) -> None:
    """Raise UserError where `fit` stands beside `fits`, or a name has another meaning already."""
    named = study.settings.fits
    if named is UNSET:
        return
    if study.settings.fit is not UNSET:
        raise UserError(
            f"{yaml_lines.where(study.source, lines, ('fit',))}: the key fits is there as well; "
            "give what stands here as the first entry of fits, which is the headline."
        )
    if BESIDE in named:
        raise UserError(
            f"{yaml_lines.where(study.source, lines, ('fits', BESIDE))}: {BESIDE} is what the fit "
            "of people on the terms of the models is called; take another name."
        )


def of_model(study: Study, model: ModelSettings, own: Mapping[str, Any]) -> dict[str, Fit]:
    """The fits of a model by name, the headline first: its `own` settings of a fit over the study's
    over the domain's.
    """
    said = study.written.get("fits") or {MAIN: study.written.get("fit", {})}
    return {name: _fit(study, model, said[name], own) for name in said}


def _fit(
    study: Study, model: ModelSettings, said: Mapping[str, Any], own: Mapping[str, Any]
) -> Fit:
    # people pay for a negation, and what is compared with them may
    costly = {"cost": True} if "yardstick" in study.written else {}
    usual = {**plain(study.domain.fit), **costly, **presets.expanded(said)}
    mine: dict[str, Any] = {}
    if isinstance(model, RecordedModel) and model.domain is not UNSET:
        mine = plain(study.domain_of(model.domain).fit)
        mine["cost"] |= bool(costly) and usual["cost"]
        usual = {k: v for k, v in usual.items() if k not in ("preset", "count_round")}
    return fields.read({**usual, **mine, **presets.expanded(own)}, Fit)


def differences(fit: Fit, other: Fit) -> list[str]:
    """In what a fit differs from the headline of the same choices, in phrases; folds that are held
    out are the headline's alone.
    """
    ours, theirs = plain(fit), {**plain(other), "heldout": fit.heldout}
    return presets.phrases(ours, theirs, "there")
