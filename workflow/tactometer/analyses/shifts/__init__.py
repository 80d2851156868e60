"""Goal and reasoning-effort shifts: posterior differences from the default goal and from the least
effort. Open `computation.py` first.
"""
