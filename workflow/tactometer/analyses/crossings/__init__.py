"""Onset of sycophancy: the first checkpoint that shows its signature under the social goal. Open
`computation.py` first.
"""
