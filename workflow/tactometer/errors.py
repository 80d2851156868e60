"""Errors that a user can cause: one sentence each, without a traceback."""


class UserError(Exception):
    """A mistake in what the user gave; the text names the file, the key and the remedy."""
