"""The journal: every answer on disk, append-only. Open journal.py."""
