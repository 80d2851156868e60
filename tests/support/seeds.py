"""The seeds of all tests that draw, shifted together by TACTOMETER_TEST_SEED (0 unless it is set).

Another processor rounds otherwise, so the same seed draws otherwise there: a promise must hold
under any of them. `TACTOMETER_TEST_SEED=7 pytest` shows whether it does.
"""

import os

_ASKED = os.environ.get("TACTOMETER_TEST_SEED", "0")
if not _ASKED.isdecimal() or int(_ASKED) > 200_000:  # Stan's seeds end at 2^32
    raise ValueError(f"TACTOMETER_TEST_SEED is {_ASKED!r}: set a whole number from 0 to 200000.")
SHIFT = int(_ASKED)
_APART = 10_007  # no test's own seeds lie so far from each other


def seed(own: int) -> int:
    """The seed to use where a test has its `own`: itself, unless another set of draws is wanted."""
    return own + _APART * SHIFT
