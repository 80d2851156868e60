"""Tactometer measures how a language model trades honesty against kindness."""

import os

# Matrices are small here: a second BLAS thread only spins. Snakemake says the same to its jobs.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
