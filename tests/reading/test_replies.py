"""A reply is read as the option that it decides for, and as nothing where it does not decide."""

import random
from collections.abc import Sequence

import pytest

from tactometer.replies.reply_reader import Reply, read_reply, strip_thought
from tactometer.study.option_labels import LABELS
from wordings import growth

OPTIONS = [
    "good", "not amazing", "not bad", "terrible", "amazing", "not good", "bad", "not terrible",
]  # fmt: skip
YES_NO = ["yes", "no"]


def read(text: str | None, options: Sequence[str]) -> Reply:
    """What a reply is read as, whatever the reason of an invalid one."""
    reply = read_reply(text, options)
    return Reply(reply.choice, reply.method)


LETTERS = {
    "C": "not bad",
    "c": "not bad",
    "A": "good",
    "a": "good",
    "(C)": "not bad",
    "(c)": "not bad",
    "[C]": "not bad",
    "C)": "not bad",
    "C.": "not bad",
    "C:": "not bad",
    " C \n": "not bad",
    '"C"': "not bad",
    "**C**": "not bad",
    "**(C)**": "not bad",
    "`C`": "not bad",
    "__C__": "not bad",
    "Ｃ": "not bad",
    "（Ｃ）": "not bad",
    "C\u200b": "not bad",
    "Answer: C": "not bad",
    "answer: c": "not bad",
    "**Answer:** C": "not bad",
    "Answer: **C**": "not bad",
    "Answer: (C) not bad": "not bad",
    "Answer - Option C": "not bad",
    "The answer is (C).": "not bad",
    "The answer is C.": "not bad",
    "My answer would be C": "not bad",
    "The correct option is: C": "not bad",
    "Option C": "not bad",
    "option (c)": "not bad",
    r"\boxed{C}": "not bad",
    r"$\boxed{\text{(C)}}$": "not bad",
    r"The final answer is $\boxed{C}$.": "not bad",
    "<answer>C</answer>": "not bad",
    "<answer>(C) not bad</answer>": "not bad",
    '{"answer": "C"}': "not bad",
    "(C) not bad": "not bad",
    "C) not bad": "not bad",
    "C. not bad": "not bad",
    "C. Not bad.": "not bad",
    "C: not bad": "not bad",
    "C - not bad": "not bad",
    "C — not bad": "not bad",
    "C, not bad": "not bad",
    "(C) It was not bad.": "not bad",
    '(C) "not bad"': "not bad",
    "I'd say C) not bad.": "not bad",
    "I’d say C.": "not bad",
    "I would go with C": "not bad",
    "I'd pick (C), it's honest and still kind.": "not bad",
    "I choose C because it is honest.": "not bad",
    "I choose A because it is kind.": "good",
    "Answer: A": "good",
    "A.": "good",
    "(A) good": "good",
    "I think C.": "not bad",
    "not bad (C)": "not bad",
    "Sure!\n\nC": "not bad",
    "Sure! Here is my choice:\n\n**(C) not bad**\n\nHope that helps.": "not bad",
    "C\n\nBecause (D) would hurt and (E) would be a lie.": "not bad",
    "Good would be too kind and terrible too harsh, so: answer: C": "not bad",
    "(A) good\n(B) not amazing\n(C) not bad\n(D) terrible\n\nAnswer: C": "not bad",
    "I would not choose (D), so (C).": "not bad",
    "(C) rather than (D)": "not bad",
    "I'd say C) not bad. It's not amazing, but it's fine.": "not bad",
    "A friend would say C) not bad.": "not bad",
    "I think a friend would answer (D).": "terrible",
    "<think>Maybe (A)? Or good? No.</think>(C)": "not bad",
    "C <think>hmm": "not bad",
    "<think>\nAnswer: A\n</think>\n\nAnswer: C": "not bad",
    "Maybe (A), so good.</think>\n(C)": "not bad",
    "<Thinking>A</Thinking> C": "not bad",
    "<reasoning effort='low'>A</reasoning>\nC": "not bad",
    "◁think▷A◁/think▷C": "not bad",
    "[THINK]A[/THINK]C": "not bad",
    "<|channel|>analysis<|message|>A?<|end|><|channel|>final<|message|>C": "not bad",
    "C<|im_end|>": "not bad",
    "C</s>": "not bad",
    "(H)": "not terrible",
    "Answer: A. Actually, answer: C": "not bad",
}

PHRASES = {
    "not bad": "not bad",
    "Not bad.": "not bad",
    "NOT BAD!": "not bad",
    "bad": "bad",
    '"bad"': "bad",
    "“Not bad”": "not bad",
    "It was not bad.": "not bad",
    "It was bad.": "bad",
    "It wasn't bad.": "not bad",
    "It wasn’t bad.": "not bad",
    "It wasnt terrible": "not terrible",
    "It isn't good": "not good",
    "it was not  amazing": "not amazing",
    "it was not\namazing": "not amazing",
    "not-bad": "not bad",
    "not_bad": "not bad",
    "**Amazing**": "amazing",
    "It was amazing! I loved every bite.": "amazing",
    "Honestly? It was terrible.": "terrible",
    "I would say it was not good, Ana.": "not good",
    "It was not bad, not bad at all.": "not bad",
    "<think>good? bad?</think>It was not bad": "not bad",
    "I enjoyed it: amazing": "amazing",
    "A good friend would say it was terrible.": "terrible",
    "It was not very good.": "not good",
    "It wasn't all that bad.": "not bad",
}

INVALID = [
    None,
    "",
    "   \n",
    "?",
    "...",
    "🎂",
    "Hmm.",
    "I",
    "Z",
    "(I)",
    "Answer: J",
    "I. good",
    "A good friend would say C) not bad, or (D).",
    "A friend would be kind here.",
    "I enjoyed the cake.",
    "I, for one, liked it.",
    "Thank you for the cake!",
    "(C) or (D)",
    "C or D",
    "C/D",
    "Answer: C or D",
    "Answer: (C) not bad or (D) terrible",
    "Answer: C and D",
    "C\nD",
    "Either (C) or (D) would work.",
    "The answer is C.\n\nD",
    "(C) good",
    "C) not good",
    "Answer: C, good",
    "G) not bad",
    "(C) bad",
    "It was good. Answer: C",
    "Answer: not bad (D)",
    "not bad, (D)",
    "good or bad",
    "It was good, but not amazing.",
    "Neither good nor bad.",
    "I wouldn't say it was bad.",
    "I don't think it was good.",
    "It was far from amazing.",
    "It was hardly terrible.",
    "goodness",
    "a badly made cake",
    "good-hearted people",
    "The answer is not C.",
    "I would not choose C.",
    "Not (C).",
    "(A) good (B) not amazing (C) not bad (D) terrible",
    "(A) good\n(B) not amazing\n(C) not bad\n(D) terrible",
    "I'm sorry, but I can't help with that.",
    "I cannot answer this. It could be called good.",
    "I'm unable to choose an option (C).",
    "I can't say it was good.",
    "As an AI, I have no taste.",
    "<think>The answer is C",
    "<think>The answer is C</think>",
    "<thinking>(C)</thinking> ",
    "<|channel|>analysis<|message|>The answer is C",
    "<think>A</think>",
]


@pytest.mark.parametrize(("text", "choice"), LETTERS.items())
def test_a_letter_decides(text: str, choice: str) -> None:
    assert read(text, OPTIONS) == Reply(choice, "letter")


@pytest.mark.parametrize(("text", "choice"), PHRASES.items())
def test_a_unique_phrase_decides(text: str, choice: str) -> None:
    assert read(text, OPTIONS) == Reply(choice, "phrase")


@pytest.mark.parametrize("text", INVALID)
def test_what_does_not_decide_is_invalid_and_never_a_guess(text: str | None) -> None:
    assert read(text, OPTIONS) == Reply(None, "invalid")


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Yes", Reply("yes", "phrase")),
        ("No.", Reply("no", "phrase")),
        ("no", Reply("no", "phrase")),
        ("Yes, she thinks that it was not bad.", Reply("yes", "phrase")),
        ("No, because two stars are few.", Reply("no", "phrase")),
        ("A", Reply("yes", "letter")),
        ("(B) no", Reply("no", "letter")),
        ("B. No", Reply("no", "letter")),
        ("**Answer: B**", Reply("no", "letter")),
        ("(B) yes", Reply(None, "invalid")),
        ("C", Reply(None, "invalid")),
        ("Yes and no.", Reply(None, "invalid")),
        ("There is no doubt about it.", Reply(None, "invalid")),
        ("There is no doubt: yes.", Reply("yes", "phrase")),
        ("Not really.", Reply(None, "invalid")),
        ("I know.", Reply(None, "invalid")),
    ],
)
def test_yes_and_no_are_read_the_same_way(text: str, reply: Reply) -> None:
    assert read(text, YES_NO) == reply


FORMS = ["{0}", "({0})", "{0})", "**{0}**", "Answer: {0}", "I'd say {0}) {1}.", "({0}) {1}",
         "Option {0}", "The answer is ({0}).", "<think>(A) or (B)?</think>{0}. {1}"]  # fmt: skip


def test_every_form_of_every_letter_survives_any_order_of_the_options() -> None:
    rng = random.Random(1)
    for _ in range(200):
        options = rng.sample(OPTIONS, len(OPTIONS))
        index = rng.randrange(len(options))
        text = rng.choice(FORMS).format(LABELS[index], options[index])
        assert read(text, options) == Reply(options[index], "letter"), (text, options)


def test_a_wrong_phrase_behind_a_letter_is_never_chosen() -> None:
    rng = random.Random(2)
    for _ in range(200):
        options = rng.sample(OPTIONS, len(OPTIONS))
        right, wrong = rng.sample(range(len(options)), 2)
        text = rng.choice(["({0}) {1}", "I'd say {0}) {1}.", "{0}. {1}"])
        said = text.format(LABELS[right], options[wrong])
        assert read(said, options) == Reply(None, "invalid"), (said, options)


def test_the_order_of_the_options_does_not_change_a_phrase() -> None:
    rng = random.Random(3)
    for text, choice in PHRASES.items():
        options = rng.sample(OPTIONS, len(OPTIONS))
        assert read(text, options).choice == choice


def test_noise_never_raises_and_a_choice_is_always_an_option() -> None:
    rng = random.Random(4)
    pieces = [*"ABCHI()[]{}.:,'\"*\\ \n<>/’", "not", "n't", "good", "bad", "answer", "<think>",
              "</think>", "\\boxed{", "é", "🙂", "\x00", "or", "is", "option"]  # fmt: skip
    for _ in range(3000):
        text = "".join(rng.choices(pieces, k=rng.randrange(1, 14)))
        reply = read_reply(text, OPTIONS)
        assert (reply.choice is None) == (reply.method == "invalid")
        assert reply.choice is None or reply.choice in OPTIONS


def test_thoughts_are_removed_and_the_rest_is_kept() -> None:
    assert strip_thought("a<think>b</think>c").split() == ["a", "c"]
    assert strip_thought("a <think>b <think> c").split() == ["a"]
    assert strip_thought("b</think>c").split() == ["c"]
    assert strip_thought("I think that is <b>bold</b>") == "I think that is <b>bold</b>"


@pytest.mark.parametrize(
    "unit",
    ["a", " ", "(", "\n", "((A", "not ", "good ", "not good ", "answer: ", "<think>", "</think>",
     "<think ", "C\n", "C ", "(C) ", "I can ", "*", "\\boxed{", "'", "A ) ", "I cannot a a "],
)  # fmt: skip
def test_long_replies_are_read_in_linear_time(unit: str) -> None:
    assert growth(unit, OPTIONS) < 9


def test_a_megabyte_of_deliberation_still_has_its_answer() -> None:
    text = "It could be good or bad, who knows (really)?\n" * 20_000 + "Answer: C"
    assert read(text, OPTIONS) == Reply("not bad", "letter")
