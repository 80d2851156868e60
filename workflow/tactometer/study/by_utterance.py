"""Texts of the estimator utterance_logprob: begun replies, in a chat or for base models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tactometer.study.fields import plain
from tactometer.utils.errors import UserError

if TYPE_CHECKING:
    from tactometer.study.domain import Domain
    from tactometer.study.domain_file import BaseText, ByUtteranceText


def need_begun(domain: Domain) -> ByUtteranceText:
    """How replies are begun in a chat; `UserError` where the domain does not say so."""
    found = domain.need_prompts().by_utterance
    if found is None:
        raise _lacking(domain, "by_utterance")
    return found


def need_base(domain: Domain) -> BaseText:
    """The texts for base models; `UserError` where the domain has none."""
    found = domain.need_prompts().base
    if found is None:
        raise _lacking(domain, "base")
    return found


def _lacking(domain: Domain, key: str) -> UserError:
    return UserError(
        f"{domain.path}, key prompts: the prompts have no key {key}, by which the estimator "
        "utterance_logprob asks; write its texts (resources/polite_speech/prompts.yaml has them), "
        "or take the estimator label_logprob."
    )


def texts(
    domain: Domain, prompt_set: str, framings: Sequence[str], base: bool, against: bool
) -> dict[str, Any]:
    """What a prompt set is made from beside the texts of a chat that shows options, for its
    staleness: `against` are those that scores are held against.
    """
    production = prompt_set != "semantics"
    kind = "production" if production else "semantics"
    if not base:
        begun = plain(getattr(need_begun(domain), kind))
        return {k: v for k, v in begun.items() if against or k != "neutral"}
    own = plain(need_base(domain))
    scenes = [[name, own["framings"][name]] for name in framings] if production else own[kind]
    found = {"scenes": scenes, **({"goal": own["goals"][prompt_set]} if production else {})}
    return {**found, "neutral": own["neutral"][kind]} if against else found
