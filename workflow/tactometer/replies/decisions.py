"""What decides in a reply: the clauses that answer, and those that correct an answer.

What a clause answers by itself is in clause_answers.py; here its neighbours have a say: a question,
a condition, an opinion, a correction. Everything else only mentions.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tactometer.replies import neighbours as n
from tactometer.replies import vocabulary as v
from tactometer.replies.clause_answers import answer_of, for_one_aim
from tactometer.replies.clauses import Clause
from tactometer.replies.decision import Decision, Weight
from tactometer.replies.endorsements import endorsed
from tactometer.replies.mentions import (
    ANY,
    LETTER,
    NO_MENTION,
    SENTENCE,
    Marked,
    is_labelled,
    is_letter,
)

_I: Final = re.IGNORECASE
_THOUGH_I: Final = re.compile(  # "both fit, though I prefer C" concedes nothing
    r"^(?:though|although|even though|while) (?=(?:i|we) (?:prefer|favou?r|lean|choose|pick)\b)", _I
)
_OUTDOES: Final = re.compile(
    r"^(?:but|yet|though|still)\b.*\b(?:better|best|closer|closest|more \w+|"
    r"(?:kind|nic|gentl|saf|soft|fair|mild|wis)er)\b",
    _I,
)
_OR: Final = re.compile(
    rf"(?:{ANY}{NO_MENTION}{{1,60}}?|, ){v.OR}{NO_MENTION}{{0,60}}?(?P<o>{ANY})", _I
)


# ---- the reply --------------------------------------------------------------------------------


def decisions(found: Sequence[Clause], marked: Marked, polar: bool) -> list[Decision]:
    """The decisions of a reply in order, corrected ones left out.

    `polar` says that the options are yes and no, whose bare words answer wherever they stand.
    """
    made: list[Decision] = []
    corrected: int | None = None  # the sentence in which a correction was announced
    dropped: set[frozenset[int]] = set()
    turned_down: list[Decision] = []
    named = -1  # the clause that named an option last
    for at, clause in enumerate(found):
        last = bool(made) and named == made[-1].clause
        if made and (n.WITHDRAWS.match(clause.text) or (last and _rejects_it(clause, polar))):
            dropped |= {decision.places for decision in made}
            made, corrected = [], None
        elif n.CORRECTS.search(clause.text) or n.CORRECTS.match(clause.label):
            corrected = clause.sentence
        elif last and not made[-1].letter and not made[-1].said and n.UNSAID.match(clause.text):
            made.pop()
            continue
        named = at if re.search(ANY, clause.text) else named
        if made and n.OR_ELSE.match(clause.text):
            made[-1] = _widened(made[-1], clause.text, marked)
            continue
        decision = _decision(found, at, marked, polar) or endorsed(found, at, marked, polar)
        if decision is None:
            continue
        if decision.condemned:
            turned_down.append(decision)
            dropped.add(decision.places)
            continue
        if corrected is not None and clause.sentence <= corrected + 1:
            dropped |= {earlier.places for earlier in made}
            made = []
        if decision.places in dropped and len(dropped) > 1:  # to and fro is no answer
            decision = replace(decision, places=decision.places.union(*dropped))
        corrected = None
        if made and made[-1].said and decision.said and _OUTDOES.search(clause.text):
            made.pop()
        made.append(decision)
    return [*turned_down, *made]


def _rejects_it(clause: Clause, polar: bool) -> bool:
    """Whether a clause takes back what was named last."""
    return not polar and bool(n.NO.match(clause.text) or n.REJECTS_IT.match(clause.text))


def _widened(decision: Decision, text: str, marked: Marked) -> Decision:
    """A decision with the alternatives that a later clause sets beside it."""
    return replace(decision, places=decision.places | marked.named_in(text))


def _decision(found: Sequence[Clause], at: int, marked: Marked, polar: bool) -> Decision | None:
    """What a clause decides among its neighbours and behind its label, if anything."""
    clause = found[at]
    if not re.search(ANY, clause.text):
        return None
    corrects = n.CORRECTS.match(clause.label) or re.search(ANY, clause.label)
    label = "" if corrects else clause.label
    if _rejects(label, polar) or _set_aside(found, at, label) or _conditional(found, at):
        return None
    text = _THOUGH_I.sub("", clause.text) if _neighbour(found, at, -1) else clause.text
    answer = answer_of(text, polar)
    if answer is None:
        return None
    lettered = re.match(LETTER, answer.mentions) is not None
    if not answer.said and not polar:
        thought = not lettered and _opinion(found, at)
        if thought or n.THOUGHT.match(label):
            return None
    aim = "" if n.REASON.match(label) else label
    weak = answer.for_one_aim or for_one_aim(aim) or n.FRAMED.match(clause.text)
    mentions = answer.mentions + _alternatives(found, at) + _apposed(found, at)
    final = v.FINAL.search(label) or v.FINAL.search(clause.text)
    follows = at + 1 < len(found)
    labelled = is_labelled(answer.mentions[0])
    return Decision(
        places=marked.named_in(mentions),
        weight=Weight.QUALIFIED if weak else Weight.FINAL if final else Weight.PLAIN,
        letter=any(map(is_letter, mentions)),
        labelled=len(mentions) == 1 and labelled,
        item=answer.bare and _is_item(found, at, labelled or follows),
        clause=at,
        bare=answer.bare,
        said=answer.said or bool(n.SAYS_LABEL.search(label) or v.ANSWER_LABEL.match(label)),
        concludes=_concludes(found, at, answer.said or lettered, answer.said or polar),
        affirmed=answer.bare and _affirmed(found, at),
        condemned=answer.bare and not polar and _condemned(found, at),
    )


def _set_aside(found: Sequence[Clause], at: int, label: str) -> bool:
    """Whether label or neighbours make a clause another's, an earlier or no answer at all."""
    text, before, after = found[at].text, _neighbour(found, at, -1), _neighbour(found, at, 1)
    if n.ANOTHER_LABEL.match(label) or _asks(found, at) or _at_first(before):
        return True
    if n.EARLIER.search(text) or n.EARLIER.search(label):
        return True
    if any(near is not None and n.EXAMPLE.match(near.text) for near in (before, after)):
        return True
    if after is not None and n.TURNS.match(after.text) and n.WISHES.search(text):
        return True
    if before is None:
        return False
    apposed = n.APPOSED.match(text) or n.REASONED.match(text)  # says what the option before it is
    if (apposed and re.search(ANY, before.text)) or re.match(v.OR, text, _I):
        return True
    return _next(before.text, text)


def _rejects(label: str, polar: bool) -> bool:
    """Whether a label turns down what follows; beside yes and no one of words is a reason."""
    return n.REJECTING_LABEL.match(label) is not None and not (polar and " " in label)


def _next(before: str, text: str) -> bool:
    """Whether a clause comes after another option that is not turned down: "then D"."""
    denied = v.DENIES.search(before) or n.CONDITION.match(before) or v.SUPPOSES.search(before)
    then = re.match(r"(?:and )?then\b", text, _I)
    return then is not None and not denied and re.search(ANY, before) is not None


def _at_first(before: Clause | None) -> bool:
    """Whether the clause before says that what follows is no more: "at first, C seems right"."""
    if before is None or re.search(ANY, before.text):
        return False
    return len(before.text) < 24 and n.EARLIER.match(before.text) is not None


def _is_item(found: Sequence[Clause], at: int, commented: bool) -> bool:
    """Whether a bare mention opens a line or a sentence, and something is said of it there."""
    if found[at].opens:
        return commented
    if re.search(SENTENCE, found[at].text):
        return False
    return _neighbour(found, at, -1) is None and _neighbour(found, at, 1) is not None


def _concludes(found: Sequence[Clause], at: int, led_to: bool, turned_to: bool) -> bool:
    """Whether a clause, its label or what leads to it draws a conclusion.

    Mere words behind a comma may go on with the sentence, "it was bad, so not good": what a "so"
    leads to, and what a "but" turns to, concludes only where the clause answers by more.
    """
    if n.CONCLUDES.match(found[at].label) or n.SAYS_LABEL.search(found[at].label):
        return True
    before = _neighbour(found, at, -1)
    led = before is not None and len(before.text) < 30 and n.CONCLUDES.match(before.text)
    turns = n.TURNS.match(found[at].text)
    if (turns and turned_to) or (
        n.TURNS.match(found[at].label) and n.SAYS_LABEL.search(found[at].label)
    ):
        return True
    return bool((n.CONCLUDES.match(found[at].text) and (led_to or before is None)) or led)


def _affirmed(found: Sequence[Clause], at: int) -> bool:
    """Whether a bare mention is taken by all that is said of it: "C: fits"."""
    after = _neighbour(found, at, 1)
    return after is not None and n.AFFIRMS.match(after.text) is not None


def _opinion(found: Sequence[Clause], at: int) -> bool:
    """Whether a neighbour says that the clause is what somebody thinks."""
    near = [_neighbour(found, at, -1), _neighbour(found, at, 1)]
    if near[0] is not None and near[0].text == found[at].label:
        near = near[1:]
    return any(clause is not None and n.OPINION.match(clause.text) for clause in near)


def _apposed(found: Sequence[Clause], at: int) -> str:
    """What the next clause says the option is: "C, which is bad"."""
    after = _neighbour(found, at, 1)
    if after is None:
        return ""
    match = n.APPOSED.match(after.text) or n.REASONED.match(after.text)
    return match["o"] if match else ""


def _asks(found: Sequence[Clause], at: int) -> bool:
    """Whether the clause asks; "C, right?" does not."""
    after = _neighbour(found, at, 1)
    mild = r"you know|right|correct|ok(?:ay)?" if re.search(LETTER, found[at].text) else "you know"
    return found[at].question and not (after and re.fullmatch(mild, after.text, _I))


def _condemned(found: Sequence[Clause], at: int) -> bool:
    after = _neighbour(found, at, 1)
    return after is not None and n.VERDICT.match(after.text) is not None


def _conditional(found: Sequence[Clause], at: int) -> bool:
    near = (_neighbour(found, at, -1), _neighbour(found, at, 1))
    if n.CONDITION.match(found[at].label) or n.CONDITION.match(found[at].text):
        return True
    before, after = near  # a condition with an option of its own before it is done with that
    if before is not None and n.CONDITION.match(before.text) and not re.search(ANY, before.text):
        return True
    if after is None or not n.CONDITION.match(after.text):
        return False
    then = _neighbour(found, at, 2)  # whose condition it may be
    elsewhere = n.ELSEWHERE.match(after.text) and not re.search(ANY, after.text)
    return not (elsewhere and then is not None and re.search(ANY, then.text))


def _alternatives(found: Sequence[Clause], at: int) -> str:
    """The mentions that an "or" behind the answer sets beside it."""
    rest = ""
    for clause in found[at + 1 : at + 6]:
        if clause.sentence == found[at].sentence:
            rest += f", {clause.text}"
    own = _OR.search(found[at].text)
    behind = _OR.search(rest)
    return (own["o"] if own else "") + (behind["o"] if behind else "")


def _neighbour(found: Sequence[Clause], at: int, step: int) -> Clause | None:
    """The clause before or behind, if it is of the same sentence."""
    there = at + step
    if not 0 <= there < len(found) or found[there].sentence != found[at].sentence:
        return None
    return found[there]
