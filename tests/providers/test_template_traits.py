"""What a chat template does to messages is seen before anything is asked."""

import json
from pathlib import Path

import pytest

import templates
from tactometer.providers.local.template_traits import missing, of_folder, traits

TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


@pytest.mark.parametrize(
    ("template", "system", "own", "dates"),
    [
        (templates.PLAIN, "kept", "", False),
        (templates.LAST, "kept", "", False),
        (templates.MARKS, "kept", "", False),
        (templates.DROPS, "dropped", "", False),
        (templates.REFUSES, "refused", "", False),
        (templates.ADDS, "kept", templates.OWN, False),
        (templates.INSISTS, "kept", templates.OWN, False),
        (templates.DATES, "kept", "", True),
        (templates.DATES_BY_VARIABLE, "kept", "", False),
    ],
)
def test_a_template_that_drops_refuses_adds_or_dates_is_told_from_one_that_does_not(
    template: str, system: str, own: str, dates: bool
) -> None:
    found = traits(template, TOKENS)
    assert found is not None
    assert (found.system, found.own_system, found.dates) == (system, own, dates)
    assert found.folds == (system != "kept")


def test_words_that_stand_in_every_prompt_are_told_and_roles_and_tags_are_not() -> None:
    dated, plain = traits(templates.DATES, TOKENS), traits(templates.PLAIN, TOKENS)
    assert dated is not None and plain is not None
    assert dated.added == "Written on the day: 26 July 2024" and plain.added == ""


def test_a_date_of_the_study_reaches_a_clock_and_a_variable() -> None:
    for template in (templates.DATES, templates.DATES_BY_VARIABLE):
        found = traits(template, TOKENS, date="2031-05-09")
        assert found is not None and found.dates
        assert "09 May 2031" in found.added


def test_an_empty_system_message_is_seen_to_stand_in_for_a_templates_own_or_not_to() -> None:
    adds, insists = traits(templates.ADDS, TOKENS), traits(templates.INSISTS, TOKENS)
    assert adds is not None and adds.keeps_empty
    assert insists is not None and not insists.keeps_empty


def test_a_template_that_cannot_take_a_user_message_has_no_traits() -> None:
    assert traits("{{ raise_exception('nothing') }}", TOKENS) is None
    assert traits("{% no such block %}", TOKENS) is None


def test_generated_text_and_loop_controls_are_known_as_transformers_knows_them() -> None:
    text = (
        "{% for m in messages %}{% if loop.index > 5 %}{% break %}{% endif %}"
        "{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}{{ tools | tojson }}"
    )
    found = traits(text, TOKENS)
    assert found is not None and found.system == "kept"


def test_a_message_is_missed_where_its_text_stands_within_another_alone() -> None:
    system = {"role": "system", "content": "be kind"}
    user = {"role": "user", "content": "Should one be kind? "}
    assert missing([system, user], "[be kind] Should one be kind?") is None
    assert missing([system, user], "Should one be kind?") == system
    assert missing([system, user], "[be kind]") == user


@pytest.mark.parametrize("kind", ["file", "text", "list"])
def test_a_template_is_found_where_tokenizers_keep_it(tmp_path: Path, kind: str) -> None:
    config: dict[str, object] = {"bos_token": {"content": "<b>", "special": True}}
    named = [{"name": "tool_use", "template": "x"}, {"name": "default", "template": "D"}]
    config |= {"text": {"chat_template": "D"}, "list": {"chat_template": named}}.get(kind, {})
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    if kind == "file":
        (tmp_path / "chat_template.jinja").write_text("D")
    assert of_folder(tmp_path, None) == ("D", {"bos_token": "<b>"})
    assert of_folder(tmp_path, "other")[0] == "other"
