"""How the meaning of the words, theta, enters a fit: the three ways, and what each is.

joint: inferred with the speaker from yes/no answers and choices; choices that no speaker describes
bend it. fixed: its posterior mean from the yes/no answers is plugged in (Murthy and others 2025);
intervals are too narrow. cut: from the yes/no answers alone, its uncertainty carried over.
"""

from typing import Literal, get_args

Semantics = Literal["joint", "fixed", "cut"]
SEMANTICS: tuple[str, ...] = get_args(Semantics)
