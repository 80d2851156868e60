"""From what a model said to the option that it chose, by a grammar of decisions without a model.

A reply counts only where it decides. Two options without a decision, a letter and words that
contradict each other, a letter beyond the options and a refusal are `invalid`, never a guess;
thoughts never count. Every pattern is bounded, so that reading is linear in the length of the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tactometer.replies import vocabulary as v
from tactometer.replies.clause_answers import answer_of
from tactometer.replies.clauses import Clause, clauses
from tactometer.replies.contrasts import without_contrasts
from tactometer.replies.decision import Decision, Weight
from tactometer.replies.decisions import decisions
from tactometer.replies.formats import unwrapped
from tactometer.replies.languages import in_english
from tactometer.replies.letters import mark_letters
from tactometer.replies.mentions import ANY, LETTER, SEVERAL, Marked, joined, labelled
from tactometer.replies.ordinals import mark_former, mark_ordinals
from tactometer.replies.rankings import ranked
from tactometer.replies.refusals import refuses, stops_short
from tactometer.replies.singled_out import singled_out
from tactometer.replies.spelling import corrected
from tactometer.replies.thoughts import strip_thought, without_thoughts
from tactometer.replies.ticks import ticked
from tactometer.replies.typography import own_turn, plain
from tactometer.replies.words import is_polar, mark_quotes, mark_sentences, mark_words

__all__ = ["Method", "Reason", "Reply", "read_reply", "strip_thought"]

Method = Literal["letter", "phrase", "invalid"]
Reason = Literal["cut", "refused", "empty", "undecided", "several"]
_KIND: Final = re.compile(rf"(?<=s) \([ \"']*{SEVERAL}[ \"']*\)")  # "the harsh ones (C, D)"
_LED_BY: Final = re.compile(r"^(?:and|while|whereas|but|though|although) ", re.IGNORECASE)
_TURNS: Final = re.compile(r"(?:but|yet|however|though|although) ", re.IGNORECASE)
_LIE: Final = re.compile(r"(?:and |but )?(?:the|an?) (?:\w+ )?lie\b", re.IGNORECASE)
_SET_BESIDE: Final = re.compile(
    rf"\b(?:and|while|whereas|but) {ANY} {v.IS}|^{ANY} {v.IS} (?:more \w+|honest|kind|true)$", re.I
)


@dataclass(frozen=True)
class Reply:
    """The option chosen, or None; whether letter or words decided; why not, if nothing did."""

    choice: str | None
    method: Method
    reason: Reason | None = None


def read_reply(text: str | None, options: Sequence[str]) -> Reply:
    """Read the choice among `options`, listed as shown: the first is (A)."""
    spoken = without_thoughts(text or "")
    said = corrected(in_english(plain(ticked(unwrapped(own_turn(spoken.text))))), options)
    if not re.search(r"\w", said):
        return _invalid("cut" if spoken.cut else "empty")
    marked = _marked(said, tuple(options))
    found = clauses(marked.text)
    made = decisions(found, marked, is_polar(options))
    if refuses(found, [decision for decision in made if not decision.condemned]):
        return _invalid("refused")
    reply = _resolved(made, options, found, marked)
    alone = singled_out(found, marked) if reply.reason == "undecided" else None
    if alone is not None and alone < len(options):
        return Reply(options[alone], "letter" if re.search(LETTER, marked.text) else "phrase")
    if reply.choice is None and (spoken.cut or stops_short(said)):
        return _invalid("cut")
    return reply


def _marked(said: str, options: tuple[str, ...]) -> Marked:
    """Plain text with its mentions found: words, quotes, letters, numbers, sentences, in order."""
    said = mark_quotes(mark_words(without_contrasts(said, options), options))
    said = mark_letters(said, len(options))
    said = labelled(mark_sentences(mark_ordinals(said, len(options))))
    marked = joined(ranked(mark_former(said)))
    marked.text = _KIND.sub("", marked.text)
    return marked


def _invalid(reason: Reason) -> Reply:
    return Reply(None, "invalid", reason)


# ---- one decision, or none --------------------------------------------------------------------


def _resolved(
    made: list[Decision], options: Sequence[str], found: Sequence[Clause], marked: Marked
) -> Reply:
    """The one option that the decisions agree on; the last word wins only where it says so."""
    counted = _settled(_without_premises(_without_lists(made)))
    if not counted:
        return _invalid("several" if any(not d.condemned for d in made) else "undecided")
    top = max(decision.weight for decision in counted)
    several = len(marked.named_in(marked.text)) > 1
    if several and top is not Weight.FINAL and re.search(r"\bdepends\b", marked.text):
        return _invalid("several")
    if top is Weight.FINAL:
        first = next(d for d in counted if d.weight is top)
        counted = [d for d in counted if d.clause >= first.clause]
    counted = [d for d in counted if d.weight is not Weight.QUALIFIED or top is Weight.QUALIFIED]
    twice = next((d for d in counted if d.labelled), None)
    if twice:  # a letter with its own words has said it twice: plain sentences behind it comment
        counted = [d for d in counted if d.letter or d.said or d.clause <= twice.clause]
    if top is Weight.QUALIFIED and any(len(d.places) > 1 for d in counted):
        return _invalid("several")
    one = [decision for decision in counted if len(decision.places) == 1]
    chosen = {next(iter(decision.places)) for decision in one}
    if len(chosen) != 1:
        return _invalid("several")
    place = chosen.pop()
    last = one[-1].clause
    if any(d.clause > last or place not in d.places for d in counted if len(d.places) > 1):
        return _invalid("several")
    if top is Weight.QUALIFIED and _rivals(place, found, marked):
        return _invalid("several")
    if place >= len(options):
        return _invalid("undecided")
    return Reply(options[place], "letter" if any(d.letter for d in one) else "phrase")


def _rivals(place: int, found: Sequence[Clause], marked: Marked) -> bool:
    """Whether another clause answers or lets somebody say another option than one for one aim."""
    for at, clause in enumerate(found):
        turns = at and _TURNS.match(clause.text) and not re.search(ANY, clause.text)
        if turns and place in marked.named_in(found[at - 1].text):
            return True  # "kind people say C, but she is not kind"
        lie = _LIE.match(clause.text)
        condemned = v.DENIES.search(clause.text) or (v.CONDEMNS.search(clause.text) and not lie)
        if clause.question or condemned:
            continue
        said = answer_of(_LED_BY.sub("", clause.text), polar=False)
        mentions = said.mentions if said else ""
        if lie or v.SOMEBODY.search(clause.text) or _SET_BESIDE.search(clause.text):
            mentions = clause.text
        if marked.named_in(mentions) - {place}:
            return True
    return False


def _without_premises(made: list[Decision]) -> list[Decision]:
    """The decisions but for mere words that a conclusion is drawn from: "it was bad, so C"."""
    drawn = [decision for decision in made if decision.concludes and len(decision.places) == 1]
    if not drawn:
        return made
    return [d for d in made if d.clause >= drawn[-1].clause or d.letter]


def _settled(made: list[Decision]) -> list[Decision]:
    """The last decision alone where it is said, and takes one of several that words named before.

    "It was not good, but not terrible. Answer: not good": what is said of a creation may be more
    than one thing, and the answer one of them.
    """
    if not made or not made[-1].said or any(d.letter or d.said for d in made[:-1]):
        return made
    named = {decision.places for decision in made[:-1]}
    return made[-1:] if len(named) > 1 and made[-1].places in named else made


def _without_lists(made: list[Decision]) -> list[Decision]:
    """The decisions but for the items of a list: options gone through, none of them chosen.

    Items open lines or sentences, or follow each other in one; an item that is taken is none.
    """
    taken = any(decision.affirmed for decision in made)
    listed = {id(d) for d in made if d.item and not d.affirmed} | _runs(made)
    places = {decision.places for decision in made if id(decision) in listed}
    kept = [decision for decision in made if not decision.condemned]
    if len(places) > 2 and made[-1].item and made[-1].places in {d.places for d in made[:-1]}:
        return made[-1:]  # a listing of all, and one of them once more
    if len(places) < 2 and not taken:
        return kept
    turned_down = {decision.places for decision in made if decision.condemned}
    if len(turned_down) > 1 and len(places - turned_down) == 1:
        return kept  # all but one are turned down
    return [decision for decision in kept if id(decision) not in listed]


def _runs(made: list[Decision]) -> set[int]:
    """Three and more bare mentions of different options, clause behind clause."""
    runs: set[int] = set()
    run: list[Decision] = []
    for decision in made:
        ends = not run or decision.clause != run[-1].clause + 1 or not decision.bare
        if ends or any(decision.places == other.places for other in run):
            run = []
        if decision.bare and not decision.affirmed:
            run.append(decision)
        if len(run) > 2:
            runs |= {id(listed) for listed in run}
    return runs
