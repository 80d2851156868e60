"""Replies that nobody tuned the reader to are read right, whichever option they name and where."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

import pytest

import wordings
from tactometer.replies.reply_reader import read_reply, strip_thought
from tactometer.replies.thoughts import kept_special, marks_in, split_thought, without_special
from wordings import ADJECTIVES, INVALID, ORDINALS, UTTERANCES, Case

WRONG, LOST = 0.005, 0.03
"""The shares of replies that may be read as what they do not choose, and that may be lost."""


def tally(cases: Iterable[Case], by: str = "kind") -> Mapping[object, Counter[str]]:
    """How replies are read, counted by a field of their case."""
    found: dict[object, Counter[str]] = defaultdict(Counter)
    for case in cases:
        found[getattr(case, by)][read(case)] += 1
    return found


@cache
def read(case: Case) -> str:
    """How a reply is read: `right`, `lost` or `wrong`."""
    choice = read_reply(case.text, case.options).choice or INVALID
    return "right" if choice in case.allowed else "lost" if choice == INVALID else "wrong"


@pytest.mark.parametrize("name", ["shared", "fresh"])
def test_replies_of_the_kinds_that_real_models_write_are_read_right(name: str) -> None:
    counts = tally(wordings.listed(name))[""]
    assert counts["wrong"] <= WRONG * counts.total()
    assert counts["lost"] <= LOST * counts.total()


@pytest.mark.parametrize("half", ["tuned", "held-out", "later", "kinds", "mended"])
def test_no_option_and_no_place_is_misread_or_lost_more_than_another(half: str) -> None:
    cases = list(wordings.own(half, thin=7))
    counts = {by: tally(cases, by) for by in ("option", "place")}
    assert set(counts["option"]) == {*UTTERANCES, "yes", "no"}
    for found in (*counts["option"].values(), *counts["place"].values()):
        assert found["wrong"] <= WRONG * found.total(), counts
        assert found["lost"] <= LOST * found.total(), counts
    for by, names in (("option", UTTERANCES), ("place", range(8))):
        lost = [counts[by][name]["lost"] / counts[by][name].total() for name in names]
        assert max(lost) - min(lost) < 0.015, (by, lost)


def test_a_reply_of_letters_is_read_as_the_same_place_whatever_the_options_say() -> None:
    rng = random.Random(1)
    bare = re.compile("not|" + "|".join(ADJECTIVES), re.IGNORECASE)
    seen = 0
    for case in wordings.own(thin=11):
        if case.place < 0 or case.option not in UTTERANCES or bare.search(case.text):
            continue
        options = rng.sample(UTTERANCES, len(UTTERANCES))
        first, second = (read_reply(case.text, shown) for shown in (case.options, options))
        places = [
            None if reply.choice is None else shown.index(reply.choice)
            for reply, shown in ((first, list(case.options)), (second, options))
        ]
        assert places[0] == places[1], (case.text, case.options, options)
        seen += 1
    assert seen > 1_000


def test_a_reply_without_letters_is_read_as_the_same_option_wherever_it_is_shown() -> None:
    rng = random.Random(2)
    letter = re.compile(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])")
    by_place = re.compile(rf"\b(?:{'|'.join(ORDINALS)}|last option|option \d|number \d)\b", re.I)
    seen = 0
    for case in wordings.own(thin=11):
        if by_place.search(case.text) or case.kind == "look-alikes":
            continue
        if case.option in UTTERANCES and not letter.search(case.text):
            options = rng.sample(UTTERANCES, len(UTTERANCES))
            said = case.text
            assert read_reply(said, options) == read_reply(said, case.options), (said, options)
            seen += 1
    assert seen > 1_000


def test_swapping_two_options_and_what_names_them_swaps_the_reading() -> None:
    rng = random.Random(3)
    text = "While {n} is honest, a friend would say {u}. ({U}) {u} it is, not ({N}) {n}."
    for _ in range(300):
        options = rng.sample(UTTERANCES, len(UTTERANCES))
        one, two = rng.sample(range(8), 2)
        for chosen, other in ((one, two), (two, one)):
            labels = {"U": "ABCDEFGH"[chosen], "N": "ABCDEFGH"[other]}
            said = text.format(u=options[chosen], n=options[other], **labels)
            assert read_reply(said, options).choice == options[chosen], (said, options)


BEFORE = """\
The rating was 2 out of 5.
{N} is too harsh.
({N}) {n} is too harsh.
"{n}" would be a lie.
Saying "{n}" would hurt Mateo.
I wouldn't say {N}.
Kwame thinks it was {n}.
Good question!
That's not a bad question.
A good friend avoids being harsh.
Mateo hopes it was {n}.
If Kwame says {N}, Mateo will be sad.
Options {N} and {M} are too extreme.
Let's rule out {N} and {M}.
I considered {N} and {M}.
There is no good way to say it.
Some people would say {N}.
Neither {N} nor {M} fits.
Between {L} and {N}, I have to decide.
A rating of 2 corresponds to {n}.
While {N} is the most accurate, it is harsh.
It would be a lie to say it was {n}.""".splitlines()
ANSWERS = """\
{L}.
({L}) {u}.
**({L}) {u}.**
Answer: {L}.
The answer is {L}.
I'd say ({L}) {u}.
So I'd choose {L}.
My answer is "{u}".
Kwame would most likely say "It was {u}."
The best option is ({L}) {u}.""".splitlines()
BEHIND = """\
({N}) would be too harsh.
"{n}" would be a lie.
This is kinder than "{n}".
It's a good answer because it's kind.
A friend would not say {N}.
The other options are too harsh or untrue.
Kwame did not think it was {n}.
Although ({N}) {n} is also possible, this is kinder.
A more honest answer would be {N}.
A blunt friend would say {N}.
It would be bad to lie.
No need to be harsh.""".splitlines()


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_only_mentions_options_round_an_answer_does_not_change_it(answer: str) -> None:
    rng = random.Random(4)
    for between in (" ", "\n\n"):
        texts = [around + between + answer for around in BEFORE]
        for said in (*texts, *(answer + between + around for around in BEHIND)):
            option, place = rng.choice(UTTERANCES), rng.randrange(8)
            case = wordings.on(said, option, place)
            assert read_reply(case.text, case.options).choice == option, case.text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("\u200b", "empty"),
        ("🎂", "empty"),
        ("<think></think>", "empty"),
        ("<think>The answer is C.</think>", "empty"),
        ("<think>The answer is C", "cut"),
        ("The best answer is (", "cut"),
        ("I'm sorry, but I can't help with that.", "refused"),
        ("I cannot choose between them.", "refused"),
        ("As an AI, I do not taste cakes.", "refused"),
        ("It was lovely.", "undecided"),
        ("C is too harsh.", "undecided"),
        ("Answer: K", "undecided"),
        ("(B) or (C)", "several"),
        ("It was bad. Answer: C", "several"),
        ("(C) good", "several"),
        ("(A) not good\n(B) bad\n(C) terrible", "several"),
    ],
)
def test_an_invalid_reply_says_why(text: str, reason: str) -> None:
    reply = read_reply(text, wordings.SHARED_ORDER)
    assert (reply.choice, reply.method, reply.reason) == (None, "invalid", reason)


THOUGHTS = {
    "<think>{}</think>": "<think>{}",
    "<THINK>\n{}\n</THINK>": "<Think>\n{}",
    "<thinking>{}</thinking>": "<thinking>{}",
    "<thought>{}</thought>": "<thought>{}",
    "<reasoning effort='low'>{}</reasoning>": "<reasoning>{}",
    "<scratchpad>{}</scratchpad>": "<scratchpad>{}",
    "[THINK]{}[/THINK]": "[THINK]{}",
    "◁think▷{}◁/think▷": "◁think▷{}",
    "<seed:think>{}</seed:think>": "<seed:think>{}",
    "<|START_THINKING|>{}<|END_THINKING|>": "<|START_THINKING|>{}",
    "<|begin_of_thought|>{}<|end_of_thought|>": "<|begin_of_thought|>{}",
    "<|channel>thought\n{}\n<channel|>": "<|channel>thought\n{}",
    "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>": (
        "<|channel|>analysis<|message|>{}"
    ),
    "analysisLet us see. {}assistantfinal": "analysisLet us see. {}",
    "Here is my thought process: {} Here is my response: ": "Here is my thought process: {}",
    "{}</think>": "<think>{}",
}


@pytest.mark.parametrize(("closed", "opened"), THOUGHTS.items())
@pytest.mark.parametrize("thought", ["C", "The answer is (C).", "It was terrible.", "Answer: C\n"])
def test_a_thought_is_never_an_answer(closed: str, opened: str, thought: str) -> None:
    read = read_reply(closed.format(thought) + "D", wordings.SHARED_ORDER)
    assert read.choice == "amazing"
    cut = read_reply(opened.format(thought), wordings.SHARED_ORDER)
    assert (cut.choice, cut.reason) == (None, "cut")
    assert strip_thought(closed.format(thought) + "D").strip() == "D"


@pytest.mark.parametrize(("closed", "opened"), THOUGHTS.items())
def test_providers_part_thought_from_answer_by_the_same_marks(closed: str, opened: str) -> None:
    thought, answer, cut = split_thought(closed.format("C, I think.") + "(D)", False)
    assert (answer.strip(), cut) == ("(D)", False) and thought is not None and "C, I" in thought
    thought, answer, cut = split_thought(opened.format("C, I think."), False)
    assert (answer.strip(), cut) == ("", True) and thought is not None and "C, I" in thought
    assert split_thought("(D) good, I think.", False) == (None, "(D) good, I think.", False)


def test_a_thought_that_the_prompt_opened_runs_to_its_mark() -> None:
    assert split_thought("Hm.\nC\n</think>\n\nD", True) == ("Hm.\nC", "D", False)
    assert split_thought("<think>\nHm.</think>D", True) == ("Hm.", "D", False)
    assert split_thought("Hm. C", True) == ("Hm. C", "", True)


def test_special_tokens_that_mark_thoughts_are_kept_and_the_others_left_out() -> None:
    special = ["<s>", "<|im_end|>", "<|START_THINKING|>", "<|END_THINKING|>"]
    text = "<s><|START_THINKING|>C<|END_THINKING|>D<|im_end|>"
    assert without_special(text, special) == "<|START_THINKING|>C<|END_THINKING|>D"
    assert not kept_special(["<s>", "</s>", "<|im_start|>", "<pad>"])
    assert marks_in("{% if x %}<seed:think>{% endif %}</seed:think>") == (
        ("<seed:think>", "</seed:think>")
    )
    assert marks_in("{{ messages }}") is None


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("It was quite safe.", "quite safe"),
        ("I'd say it was not safe.", "not safe"),
        ("It wasn't safe.", "not safe"),
        ('"risky, but fine"', "risky, but fine"),
        ("C", "risky, but fine"),
        ("(D) none of these, or more than one", "none of these, or more than one"),
        ("(A) not safe", None),
        ("It wasn't quite safe.", None),
    ],
)
def test_other_domains_options_are_read_as_they_are_shown(text: str, choice: str | None) -> None:
    options = ["quite safe", "not safe", "risky, but fine", "none of these, or more than one"]
    assert read_reply(text, options).choice == choice


@pytest.mark.parametrize(
    "unit",
    ["It was ", '"', '{"', "so ", "I say C ", "not C, ", "C or D, ", "C\n\n", "the answer is ",
     "<answer>", "{'a': ", "I can not say ", "no wait ", "\\boxed{{", "A: ", "if C, ", "~~", "_",
     "❌ ", "[ ] C ", "10% C ", "C > ", "the first option ", "C or D, the latter ",
     "is it C? yes. ", "je ", "我选", "n o t ", "not bad, but ", "J. ",
     "but she says ", "in her view, it was bad, ", "not, a, ", "← ", "1. C 2. ", "The truth? C. "],
)  # fmt: skip
def test_long_replies_are_read_in_time_that_grows_with_their_length(unit: str) -> None:
    assert wordings.growth(unit, wordings.SHARED_ORDER) < 9
