"""Vignette effects: creations that are judged more kindly or more harshly than the rest. Open
`computation.py` first.
"""
