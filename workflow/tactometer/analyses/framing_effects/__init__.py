"""Framing effects: posterior differences between first, second and third person prompts. Open
`computation.py` first.
"""
