"""What pins a simulated speaker beside its parameters."""

VERSION = 1
"""Of the way in which simulated speakers answer: raise it with a change of their words, and they
are asked anew. A change of code that leaves the answers alone asks nothing."""
