"""The commands that people type, one module each; the stages that rules call stand in `stages`.

A module has `PURPOSE`, `arguments(parser)` and `run(given) -> int | None` (the exit status); it
imports what is heavy inside `run`, since every command line imports all of them.
"""

NAMES = ("doctor", "design", "plan", "why", "accept", "summary", "answers", "compare", "calibrate")
"""In the order of a sweep."""
