"""Mixed-effects models of reasoning effort over model families and framings, by REML and in Stan.
Open `computation.py` first.
"""
