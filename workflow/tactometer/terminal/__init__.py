"""Terminal: what a run and a dry run of Snakemake show, in the words of the stages.

Read `views.py` first: the Snakefile hands a view to Snakemake's logger plugin.
"""
