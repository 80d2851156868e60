"""Providers: who can be asked, a folder each. Open provider.py for what one has to do."""
