"""Models behind an API: one client, its limits, its errors, its money. Open provider.py."""
