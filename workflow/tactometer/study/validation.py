"""Validate a study beyond its schema: files that are there, numbers that fit together."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tactometer.study import recorded_csv, yaml_lines
from tactometer.study.domain import Domain
from tactometer.study.locations import Place
from tactometer.utils.errors import UserError, nearest

if TYPE_CHECKING:
    from tactometer.study.model import Model


# Keys as providers issue them, and long mixtures of small letters, capitals and digits.
_KEY = re.compile(
    r"^(?:sk|pk|rk|gsk|xai|hf|r8|key)_\w{12,}$|^AIza\w{20,}$|^AKIA[A-Z0-9]{12,}$"
    r"|^(?=.*\d)(?=.*[a-z])[A-Za-z0-9]{16,}$"
)


def recorded_files(settings: Mapping[str, Any], domain: Domain, place: "Place") -> None:
    """Check the files of a recorded model: there, with known states and utterances."""
    recorded_csv.read_production(Path(settings["production"]), domain, place("production"))
    recorded_csv.read_semantics(Path(settings["semantics"]), domain, place("semantics"))
    for index, path in enumerate(settings.get("published", [])):
        if not Path(path).is_file():
            raise UserError(
                f"{place('published', index)}: {path} does not exist; correct the path."
            )


def name_pairs(
    sample: Mapping[str, Any], domain: Domain, source: str, lines: yaml_lines.Lines
) -> None:
    """Check that the domain has names enough for the pairs that are wanted."""
    most = domain.most_pairs
    for key in ("name_pairs", "semantics_name_pairs"):
        if sample[key] > most:
            raise UserError(
                f"{yaml_lines.where(source, lines, ('sample', key))}: {len(domain.names)} names "
                f"give {len(domain.vignettes)} vignettes {max(0, most)} pairs each, not "
                f"{sample[key]}; "
                f"ask for fewer, or add names to the vignettes of {domain.path}."
            )


def simulated_speakers(settings: Mapping[str, Any], domain: Domain, place: "Place") -> None:
    """Check that the weights of a simulated speaker add up and that it speaks of this domain."""
    for name, speaker in settings["checkpoints"].items():
        goals = [(("goals", goal), told) for goal, told in speaker.get("goals", {}).items()]
        for key, parameters in [((), speaker), *goals]:
            total = sum(parameters["omega"].values()) if "omega" in parameters else 1.0
            if abs(total - 1) > 1e-6:
                at = place("checkpoints", name, *key, "omega")
                raise UserError(f"{at}: inf, soc and pre must add up to 1, not {total:g}.")
        for utterance, row in speaker.get("literal", {}).items():
            at = place("checkpoints", name, "literal", utterance)
            if utterance not in domain.utterances:
                known = nearest(utterance, domain.utterances)
                raise UserError(f"{at}: not an utterance of the domain {domain.name}{known}.")
            if len(row) != len(domain.states):
                raise UserError(f"{at}: give {len(domain.states)} numbers, one for each state.")


def pooling(model: "Model", asked: Sequence[str], place: "Place") -> None:
    """Check that framings are not to be pooled partially where goals share parameters.

    `asked` are the study's framings; recorded counts have their own, often none.
    """
    if model.fit["pooling"] != "partial" or not model.shares:
        return
    framings: set[str | None] = set(asked)
    if model.recorded:
        production = Path(model.settings["production"])
        framings = recorded_csv.framings(production, place("production"))
    if len(framings) > 1:
        shared = " and ".join(model.fit["share"])
        raise UserError(
            f"{place('fit', 'pooling')}: framings of goals that share {shared} cannot be pooled "
            "partially; set pooling to none or full, or share to []."
        )


def secrets(settings: Mapping[str, Any], place: "Place") -> None:
    """Check that no key and no password stand in a study: it is copied to files that are kept.

    What is wrong is never shown.
    """
    name = settings.get("api_key_env", "")
    if _KEY.search(name) and name not in os.environ:
        raise UserError(
            f"{place('api_key_env')}: this looks like a key, not like the name of the environment "
            "variable that holds it; export the key, write the variable's name, and change the key "
            "if others can read this file."
        )
    address = urlsplit(settings.get("api_base", ""))
    if address.password is not None:
        raise UserError(
            f"{place('api_base')}: an address with a password in it would be copied to results and "
            "logs; take both out, and name the variable that holds the server's key as api_key_env."
        )
