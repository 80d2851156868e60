"""A study in one file, so that others can check it: packed, unpacked and replayed."""
