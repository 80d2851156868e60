"""The grammar of replies: from a reply's text to the decisions in it, without a model.

Open `decisions.py` first: it says which clauses decide, in the words of `vocabulary.py`. Before it
come `thoughts`, `typography` and `formats` (what is not said), `mentions` with `letters` and
`words` (where options are named), and `clauses`; `refusals` says who declines.
"""
