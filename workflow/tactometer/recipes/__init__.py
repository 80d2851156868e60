"""Recipes: what pins a stage, so that only what is stale is done again. Open recipes.py."""
