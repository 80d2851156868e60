"""Files, digests, errors and paths: what every package may use."""
