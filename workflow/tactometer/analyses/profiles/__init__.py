"""Parameter profiles: each model's phi and weights beside those of people with the same goal. Open
`computation.py` first.
"""
