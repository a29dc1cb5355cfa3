"""Analyse: the statistical analysis plan, and each statistic computed once more by other code.

Needs derived/. Makes analysis/: results.parquet (a row a statistic), members.parquet (which rows are
behind it) and checks.parquet. A check that disagrees stops the run. Configuration: plan.yaml.
"""


rule analyse_plan:
    message:
        "{wildcards.trial}: analyse by the plan, and recompute by other code"
    input:
        configuration=RUN.configuration("analyse_plan"),
        adsl="results/{trial}/derived/adsl.parquet",
        bds="results/{trial}/derived/bds.parquet",
        adtte="results/{trial}/derived/adtte.parquet",
        occds="results/{trial}/derived/occds.parquet",
        made=RUN.made("derive_datasets"),
    output:
        results="results/{trial}/analysis/results.parquet",
        members="results/{trial}/analysis/members.parquet",
        checks="results/{trial}/analysis/checks.parquet",
        made=RUN.made("analyse_plan"),
    log:
        "logs/{trial}/analyse_plan.log",
    benchmark:
        "logs/{trial}/analyse_plan.tsv"
    params:
        versions=RUN.versions("analyse_plan"),
        settings=RUN.values("analyse_plan"),
    resources:
        mem_mb=RUN.growing(1500),
        runtime=RUN.growing(10),
    script:
        RUN.script("analyse_plan")
