"""Competing explanations of the choices: speaker models, and none."""
