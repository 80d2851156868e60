"""How the columns of an experiment's export are called: the mapping of `tactometer import`."""

from collections.abc import Mapping
from typing import Annotated, Any

from tactometer.study.fields import UNSET, Maybe, Settings, about

Columns = str | tuple[str, ...]
Stands = str | bool | int | float
"""What stands in a column, as YAML reads it."""


class Production(Settings):
    """Where the choices stand: one row a choice, or one column a choice (`wide`)."""

    rows: Annotated[
        dict[str, Stands | tuple[Stands, ...]],
        about("Rows that count: of each column, what stands in it."),
    ] = {}
    goal: Maybe[Annotated[str, about("Column of the goal, or one goal for all: =social.")]] = UNSET
    state: Maybe[Annotated[str, about("Column of the state.")]] = UNSET
    utterance: Maybe[
        Annotated[Columns, about("Column of what was said, or several that say it together.")]
    ] = UNSET
    framing: Maybe[Annotated[str, about("Column of the framing, or =third for all.")]] = UNSET
    wide: Maybe[
        Annotated[
            str,
            about("Columns that hold a choice each, by their names: {goal}_{state}, or Q{state}."),
        ]
    ] = UNSET


class Semantics(Settings):
    """Where the yes/no answers stand."""

    rows: Annotated[
        dict[str, Stands | tuple[Stands, ...]],
        about("Rows that count: of each column, what stands in it."),
    ] = {}
    state: Maybe[Annotated[str, about("Column of the state.")]] = UNSET
    utterance: Maybe[Annotated[Columns, about("Column of the word, or several.")]] = UNSET
    answer: Maybe[Annotated[str, about("Column of the answer: yes or no, true or false.")]] = UNSET
    wide: Maybe[Annotated[str, about("Columns that hold an answer each: {utterance}_{state}.")]] = (
        UNSET
    )


class Values(Settings):
    """What stands in the export for what the domain calls it."""

    goal: dict[str, str] = {}
    state: dict[str, int] = {}
    utterance: dict[str, str] = {}
    answer: dict[str, bool] = {}
    framing: dict[str, str] = {}


class ExportMapping(Settings):
    """A mapping file."""

    production: Maybe[Production] = UNSET
    semantics: Maybe[Semantics] = UNSET
    values: Values = Values()


YOON: Mapping[str, Any] = {
    "production": {"goal": "goal", "state": "true_state", "utterance": ["positivity", "utterance"]},
    "semantics": {"state": "state", "utterance": ["positivity", "utterance"], "answer": "judgment"},
}
"""The public form of Yoon and others (2020): speaker_production.csv and literal_semantics.csv."""

PLAIN: Mapping[str, Any] = {
    "production": {"goal": "goal", "state": "state", "utterance": "utterance"},
    "semantics": {"state": "state", "utterance": "utterance", "answer": "answer"},
}
"""Columns that are called as here."""

ANSWERED: Mapping[str, Any] = {
    "semantics": {"state": "state", "utterance": "utterance", "answer": "yes"}
}
"""The yes/no answers of a study's `semantics`, a row each."""

FORMS = (YOON, PLAIN, ANSWERED)

EXAMPLE = """\
# How the export's columns are called. Take away what you do not have.
production:
  rows: {task: choice, Status: [Complete, APPROVED]}  # rows that count; all without it
  goal: condition              # a column; one goal for all rows: =social
  state: stars                 # a column; the number in it counts: "heart3", "3 stars"
  utterance: response          # a column, or several that say it together: [negation, word]
  # wide: "{goal}_{state}"     # Qualtrics: a column for each choice, in place of the three
semantics:
  rows: {task: truth}
  state: stars
  utterance: word
  answer: response             # yes or no, true or false, 1 or 0
values:                        # what stands in the export: what the domain calls it
  goal: {kind: social, honest: informative}
  state: {none: 0}
  utterance: {"0": terrible, "1": bad}   # jsPsych gives the number of the button
"""
