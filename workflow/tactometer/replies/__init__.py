"""Replies: what one reply of a model says: its thought, how it ended, the option it decides for.

Open reply_reader.py for the way from a reply to an option, clause_answers.py for what a clause
answers, decisions.py for what its neighbours do to that, singled_out.py for one option that is
praised in words of its own, thoughts.py for the marks of thoughts.
"""
