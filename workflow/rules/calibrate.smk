"""Calibrate: whether the fits say as much as they know, on speakers drawn from the prior.

No part of a study's results: asked for by name (`snakemake calibrate`), and made again when the
fitting code, a Stan program or the domain changes. Needs: recipes/fit.json, the study's domain.
Makes: calibration/{program}.csv and .png, calibration/calibration.json.
"""

from tactometer.inference.calibrated import PROGRAMS


rule calibrate:
    """Target: simulation-based calibration of every program."""
    input:
        code=recipe("fit"),
        stan=sorted(map(str, Path(workflow.basedir, "workflow/stan").rglob("*.stan"))),
    output:
        expand(
            f"{RESULTS}/calibration/{{program}}.{{end}}",
            program=PROGRAMS,
            end=["csv", "png"],
        ),
        f"{RESULTS}/calibration/calibration.json",
    log:
        f"{LOGS}/calibrate.log",
    conda:
        ENVIRONMENT
    threads: 2
    params:
        domain=str(STUDY.domain.path),
        out=lambda wildcards: f"{RESULTS}/calibration",
    shell:
        "tactometer calibrate --domain {params.domain:q} --out {params.out:q} --cores {threads}"
        " > {log:q} 2>&1"
