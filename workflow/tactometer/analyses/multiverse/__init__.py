"""Multiverse: each claim of a study under every way in which its choices are fitted."""
