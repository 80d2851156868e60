"""Analyses of a study's posteriors and answers: each folder is one, with its computation, columns,
caption, figure and sentences.

Open `evidence.py` first, for what an analysis is given, then `shifts/computation.py`.
"""
