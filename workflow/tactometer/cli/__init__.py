"""The command line: what people type, and the stages as rules of Snakemake call them.

Open `parser.py` first; each command is a module of `commands/`.
"""
