"""The study: what a study file and a domain say, validated, and the lists of what there is.

Open study.py; stages.py, analyses.py, providers.py and figures.py find what is declared.
"""
