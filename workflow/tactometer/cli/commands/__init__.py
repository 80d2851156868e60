"""The commands that people type, one module each: `plan.py` is `tactometer plan`.

A module has `PURPOSE`, `arguments(parser)` and `run(given) -> int | None` (the exit status); it
imports what is heavy inside `run`, since every command line imports all of them.
"""
