"""Recipes: what each stage's results are made of (code, settings, versions), so that what is stale
is made again and nothing else.

Open `recipes.py` first, then `code_digest.py`.
"""
