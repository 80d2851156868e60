"""The reader of replies under its older name; it stands in `tactometer.replies`."""

from tactometer.replies.reply_reader import Method, Reason, Reply, read_reply, strip_thought

__all__ = ["Method", "Reason", "Reply", "read_reply", "strip_thought"]
