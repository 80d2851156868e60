"""Study and domain: the YAML files that users write, validated; and the registries of stages,
analyses, figures and providers. Nothing heavy is imported here: Snakemake parses through it.

Open `study.py` first.
"""
