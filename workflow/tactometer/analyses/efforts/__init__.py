"""Thought tokens by reasoning effort: whether more effort on the wire made a model think more. Open
`computation.py` first.
"""
