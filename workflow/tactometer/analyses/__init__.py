"""Analyses: from posteriors and answers to findings, a folder each.

Open study/analyses.py for which there are, and evidence.py for what each is handed.
"""
