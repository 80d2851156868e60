"""Tables: what fits, counts and answers hold, for readers. Open gather.py."""
