"""Atomic file writes, content digests, user errors and paths: what every package may use. Open
errors.py, then atomic_files.py.
"""
