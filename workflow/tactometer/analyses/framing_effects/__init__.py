"""The analysis `framing_effects`. Open computation.py; declaration.py says where it stands."""
