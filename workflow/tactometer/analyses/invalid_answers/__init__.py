"""Invalid answers: what they could have done to a fit. Open `computation.py` first."""
