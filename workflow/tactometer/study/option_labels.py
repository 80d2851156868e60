"""The letters of options."""

from typing import Final

LABELS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The letters of the options, in the order in which they are shown."""
