"""What newcomers write into a study file: each slip is a sentence with line, key and remedy."""

from pathlib import Path

import pytest

from tactometer.study import study
from tactometer.utils.errors import UserError

BASE = """\
study: mine
goals: [default, social]
framings: [third]
sample: {name_pairs: 2, semantics_name_pairs: 1, seed: 1}
fit: {speakers: [s2], draws: 500}
models:
  friend:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.7, soc: 0.1, pre: 0.2}}
  gpt:
    provider: api
    source: openai/gpt-4o-mini
    api_key_env: OPENAI_API_KEY
    estimator: {kind: samples, k: 2}
    checkpoints:
      none: {}
  people:
    provider: recorded
    production: resources/human/yoon2020_production.csv
    semantics: resources/human/yoon2020_semantics.csv
    domain: resources/human/hearts.yaml
"""
TWO = "framings: [third]\n"
SPEAKER = "pre: 0.2}}"
# What is written for what, the line that is named, and words of the sentence: place, fault, remedy.
SLIPS: dict[str, tuple[str, str, int | None, list[str]]] = {
    # the file
    "a tab": ("  friend:", "\tfriend:", 7, ["begins with a tab; indent it with spaces"]),
    "a line too far left": (
        "    provider: simu",
        "  provider: simu",
        9,
        ["further than", "align it"],
    ),
    "a line too far right": (
        "  gpt:",
        "    gpt:",
        12,
        ["already on line 8", "mend the indentation"],
    ),
    "no space behind a colon": (
        "study: m",
        "study:m",
        1,
        ["a space behind the colon, `study: mine`"],
    ),
    "that alone": (BASE, "study:mine\n", 1, ["no keys", "`study: mine`"]),
    "that further down": ("source: o", "source:o", 13, ["`source: openai/gpt-4o-mini`"]),
    "that in braces": ("alpha: 4", "alpha:4", 10, ["`alpha: 4.0`"]),
    "a no-break space": ("source: o", "source:\u00a0o", 13, ["no-break space"]),
    "an empty file": (BASE, "", None, ["is empty: write at least one key"]),
    "comments alone": (BASE, "# later\n", None, ["is empty"]),
    "a list for keys": (BASE, "- study: mine\n", 1, ["no keys", "starts with the key `study`"]),
    "a sentence": (BASE, "my first study\n", 1, ["no keys"]),
    "a key twice": (
        TWO,
        TWO + "goals: [default]\n",
        4,
        ["key goals: the key is already on line 2"],
    ),
    "an open quote": ("source: o", 'source: "o', 13, ['the " is not closed; write "']),
    "an open bracket": ("social]", "social", 2, ["the [ is not closed; write ]"]),
    "an open brace": ("k: 2}", "k: 2", 15, ["the { is not closed; write }"]),
    "a comment of another language": ("social]", "social] // two", 2, ["a comment begins with #"]),
    "a backslash": ("resources/human/yoon2020_p", '"a\\human" #', 20, ["a backslash", "slashes"]),
    "a sign": ("source: o", "source: @o", 13, ["cannot begin with @; put it in quotes"]),
    "a colon in a value": (
        "source: openai/",
        "source: openai: ",
        13,
        ["holds a colon; put it in quotes"],
    ),
    "curly quotes": ("source: openai/gpt-4o-mini", "source: “openai/x”", 13, ["straight ones"]),
    # keys
    "no study": ("study: mine\n", "", 1, ["the key study is missing; add it"]),
    "an empty study": ("study: mine", "study:", 1, ["key study: must be text, not empty"]),
    "a space in the name": ("mine", "my study", 1, ["'my study' must be letters, digits, dots"]),
    "a folder for a name": ("mine", "a/b", 1, ["'a/b' must be letters"]),
    "no models": (BASE, "study: mine\n", 1, ["the key models is missing"]),
    "empty models": (BASE, "study: mine\nmodels:\n", 2, ["a name and its settings below it"]),
    "dashes for names": (
        "models:\n  friend:",
        "models:\n  - friend:",
        11,
        ["take the dashes away"],
    ),
    "a model with a space": (
        "  friend:",
        "  my friend:",
        7,
        ["the name 'my friend' must be letters"],
    ),
    "a misspelt key": ("framings:", "framing:", 3, ["key framing: unknown", "perhaps framings"]),
    "a key of another level": (TWO, TWO + "draws: 500\n", 4, ["key draws", "perhaps fit.draws"]),
    "an estimator's key": (
        "source: openai",
        "temperature: 1\n    source: openai",
        13,
        ["models.gpt.temperature", "perhaps estimator.temperature"],
    ),
    "a provider's parameter": (
        "none: {}",
        "none: {reasoning_effort: low}",
        17,
        ["none.reasoning_effort", "below wire"],
    ),
    "the price": (TWO, TWO + "budget: 5\n", 4, ["key budget: unknown", "perhaps budget_usd"]),
    # goals and framings
    "goals as text": ("[default, social]", "social", 2, ["must be a list", "write [social]"]),
    "goals with commas": ("[default, social]", "default, social", 2, ["write [default, social]"]),
    "round brackets": ("[default, social]", "(default, social)", 2, ["write [default, social]"]),
    "goals as keys": ("[default, social]", "{default: , social: }", 2, ["write [default, social]"]),
    "no goal": ("[default, social]", "[]", 2, ["needs at least 1 entry"]),
    "goals without any": ("[default, social]", "", 2, ["must be a list, not empty"]),
    "a misspelt goal": ("social]", "socail]", 2, ["key goals[1]", "'socail'; perhaps social"]),
    "a goal that the domain lacks": (
        "social]",
        "honest]",
        2,
        ["no prompt for the goal 'honest'; known are default"],
    ),
    "the yes/no prompts as a goal": ("social]", "semantics]", 2, ["no prompt for the goal"]),
    "a goal twice": ("[default, social]", "[social, social]", 2, ["names 'social' twice; remove"]),
    "a misspelt framing": ("[third]", "[thrid]", 3, ["key framings[0]", "perhaps third"]),
    "a framing's number": ("[third]", "[3]", 3, ["must be first, second or third, not 3"]),
    # models
    "no provider": ("    provider: api\n", "", 11, ["models.gpt: the key provider is missing"]),
    "a misspelt provider": ("provider: api", "provider: apy", 12, ["perhaps api was meant"]),
    "a capital": ("provider: simulated", "provider: Simulated", 8, ["perhaps simulated"]),
    "a company": ("provider: api", "provider: openai", 12, ["must be api, vllm"]),
    "no source": ("    source: openai/gpt-4o-mini\n", "", 11, ["source is missing", "LiteLLM"]),
    "no checkpoints": ("    checkpoints:\n      none: {}\n", "", 11, ["checkpoints is missing"]),
    "checkpoints as a list": (":\n      none: {}", ": [none]", 16, ["name each, `none: {}`"]),
    "a checkpoint's name alone": (":\n      none: {}", ": none", 16, ["a name and its settings"]),
    "a checkpoint without braces": ("none: {}", "none:", 17, ["must be a mapping, not empty"]),
    "the key itself": ("OPENAI_API_KEY", "sk-proj-123456", 14, ["name of an environment variable"]),
    "a key's value": (
        "api_key_env: OPENAI_API_KEY",
        "api_key: sk-123456",
        14,
        ["perhaps api_key_env"],
    ),
    "a dollar": ("OPENAI_API_KEY", "$OPENAI_API_KEY", 14, ["name of an environment variable"]),
    "an estimator's name": (
        "{kind: samples, k: 2}",
        "samples",
        15,
        ["write its keys below it (kind"],
    ),
    "a misspelt estimator": ("kind: samples", "kind: logprob", 15, ["perhaps label_logprob"]),
    "a misspelt limit": ("source: o", "limits: {rpn: 3}\n    source: o", 13, ["perhaps rpm"]),
    # numbers
    "1e-3": ("phi: 0.8", "phi: 1e-3", 10, ["0.phi: must be a number, not '1e-3'; write 0.001"]),
    "a decimal comma": ("phi: 0.8", "phi: 0,8", 10, ["a decimal point, not a comma"]),
    "a comma outside braces": (TWO, TWO + "budget_usd: 2,5\n", 4, ["not '2,5'; write 2.5"]),
    "a number in quotes": (
        "phi: 0.8",
        'phi: "0.8"',
        10,
        ["must be a number, not '0.8'; write 0.8"],
    ),
    "per cent": ("phi: 0.8", "phi: 80%", 10, ["must be a number, not '80%'; write 0.8"]),
    "eighty": ("phi: 0.8", "phi: 80", 10, ["must be below 1, not 80"]),
    "dollars": (TWO, TWO + "budget_usd: $5\n", 4, ["must be a number, not '$5'; write 5"]),
    "USD": (TWO, TWO + "budget_usd: 5 USD\n", 4, ["not '5 USD'; write 5"]),
    "a word": ("k: 2", "k: two", 15, ["estimator.k: must be a whole number, not 'two'"]),
    "none": ("k: 2", "k: 0", 15, ["must be at least 1, not 0"]),
    "a half": ("k: 2", "k: 2.5", 15, ["must be a whole number, not 2.5"]),
    "a float": ("draws: 500", "draws: 1000.0", 5, ["not 1000.0; write 1000"]),
    "an octal": ("seed: 1", "seed: 010", 4, ["octal; drop the zero"]),
    "a size for its keys": (
        "{name_pairs: 2, semantics_name_pairs: 1, seed: 1}",
        "10",
        4,
        ["key sample: must be a mapping, not 10; write its keys below it"],
    ),
    "more pairs than names": ("name_pairs: 2", "name_pairs: 500", 4, ["29 pairs each", "fewer"]),
    "weights that add up to more": ("soc: 0.1", "soc: 0.2", 10, ["must add up to 1, not 1.1"]),
    "weights as a list": (
        "{inf: 0.7, soc: 0.1, pre: 0.2}",
        "[0.7, 0.1, 0.2]",
        10,
        ["(inf, soc, pre)"],
    ),
    "a misspelt weight": ("pre: 0.2", "pres: 0.2", 10, ["omega.pres: unknown key; perhaps pre"]),
    "alpha too high": ("alpha: 4.0", "alpha: 40", 10, ["must be at most 20, not 40"]),
    "a speaker's misspelt goal": (
        SPEAKER,
        "pre: 0.2}, goals: {socail: {phi: 0.3}}}",
        10,
        ["0.goals.socail", "no goal 'socail'; perhaps social"],
    ),
    # fits, and who is compared
    "a speaker model": (
        "[s2]",
        "[s3]",
        5,
        ["fit.speakers[0]: 's3' is not known; known are s1, s2"],
    ),
    "a speaker model alone": ("[s2]", "s2", 5, ["must be a list, not 's2'; write [s2]"]),
    "few draws": ("draws: 500", "draws: 10", 5, ["must be at least 50"]),
    "a misspelt fit": ("draws: 500", "drawz: 500", 5, ["perhaps draws"]),
    "half a word": ("draws: 500", "semantics: join", 5, ["perhaps joint"]),
    "a name for a yardstick": (TWO, TWO + "yardstick: people\n", 4, ["below it (model, goal)"]),
    "a misspelt yardstick": (
        TWO,
        TWO + "yardstick: {model: peple, goal: social}\n",
        4,
        ["no model of the study; perhaps people"],
    ),
    "a yardstick's goal": (
        TWO,
        TWO + "yardstick: {model: people, goal: socail}\n",
        4,
        ["no goal 'socail'; perhaps social"],
    ),
    "a misspelt judge": (TWO, TWO + "judge: {model: gtp, checkpoint: none}\n", 4, ["perhaps gpt"]),
    "a judge's checkpoint": (
        TWO,
        TWO + "judge: {model: gpt, checkpoint: non}\n",
        4,
        ["perhaps none"],
    ),
    # files
    "a misspelt file": (
        "yoon2020_production",
        "yoon2020_prodction",
        20,
        ["does not exist; perhaps resources/human/yoon2020_production.csv"],
    ),
    "a folder for a file": (
        "human/yoon2020_production.csv",
        "human",
        20,
        ["cannot be read as CSV"],
    ),
    "a misspelt domain": (
        "human/hearts.yaml",
        "human/heart.yaml",
        22,
        ["perhaps resources/human/hearts"],
    ),
    "no semantics": (
        "    semantics: resources/human/yoon2020_semantics.csv\n",
        "",
        18,
        ["models.people: the key semantics is missing"],
    ),
    "counts of another domain": (
        "    domain: resources/human/hearts.yaml\n",
        "",
        2,
        ["production.csv", "0 is not a state", "the model's key domain"],
    ),
}


def said_of(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        study.load([path])
    said = str(caught.value)
    assert "\n" not in said and said.endswith("."), said
    return said


def test_the_study_is_right_before_each_slip(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(BASE)
    assert set(study.load([path]).models) == {"friend", "gpt", "people"}
    path.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert study.load([path]).name == "mine", "as some editors write it"


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_one_sentence_with_its_line_and_a_remedy(slip: str, tmp_path: Path) -> None:
    old, new, line, words = SLIPS[slip]
    assert old in BASE
    path = tmp_path / "mine.yaml"
    path.write_text(BASE.replace(old, new, 1), encoding="utf-8")
    said = said_of(path)
    assert all(word in said for word in words), said
    if line is not None:
        assert f", line {line}" in said, said


def test_a_file_in_another_encoding_says_which_it_should_have(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(BASE.replace("mine", "m\u00edne").encode("latin-1"))
    assert "is not UTF-8 text: save it in that encoding" in said_of(path)
