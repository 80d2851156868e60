"""TODO sycophancy."""
