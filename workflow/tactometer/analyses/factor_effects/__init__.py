"""Factor effects: what another level of something that varies in a scene does to a speaker. Open
`computation.py` first.
"""
