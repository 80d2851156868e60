"""Output in any encoding: a character that a terminal lacks is spelt in those that it has."""

import codecs
from typing import Any

SPELT = {
    **{"–": "-", "—": "-", "−": "-", "→": "->", "…": "...", "×": "x", "±": "+-", "·": "*"},
    **{"≤": "<=", "≥": ">=", "∝": "~", "“": '"', "”": '"', "‘": "'", "’": "'", "ß": "ss"},
    **{"α": "alpha", "φ": "phi", "ω": "omega", "θ": "theta", "κ": "kappa", "█": "#"},
}
HANDLER = "tactometer.spell"


def _spell(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_of, error.object[error.start : error.end])), error.end


def _of(letter: str) -> str:
    """A letter without its accents, a sign in words, else a question mark."""
    import unicodedata  # which few need

    if letter in SPELT:
        return SPELT[letter]
    bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return bare or "?"


codecs.register_error(HANDLER, _spell)


def spell(*streams: Any, encoding: str | None = None) -> None:
    """Let text streams spell what their encoding, or this one, lacks; they would stop at it."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=encoding, errors=HANDLER)
