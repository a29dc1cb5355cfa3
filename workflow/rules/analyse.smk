"""Analyse: the statistical analysis plan, and each statistic computed once more by other code.

Needs derived/. Makes analysis/: results.parquet (a row a statistic), members.parquet (which rows are
behind it) and checks.parquet. A check that disagrees stops the run. Configuration: plan.yaml.
"""


rule analyse_plan:
    message:
        "{wildcards.trial}: analyse by the plan"
    input:
        adsl="results/{trial}/derived/adsl.parquet",
        bds="results/{trial}/derived/bds.parquet",
        adtte="results/{trial}/derived/adtte.parquet",
        occds="results/{trial}/derived/occds.parquet",
    output:
        results="results/{trial}/analysis/results.parquet",
        members="results/{trial}/analysis/members.parquet",
    log:
        "logs/{trial}/analyse_plan.log",
    params:
        fresh=RUN.fresh("analyse_plan"),
    resources:
        mem_mb=1000,
    conda:
        RUN.environment
    script:
        RUN.script("analyse_plan")


rule check_results:
    message:
        "{wildcards.trial}: recompute by other code"
    input:
        adsl="results/{trial}/derived/adsl.parquet",
        bds="results/{trial}/derived/bds.parquet",
        adtte="results/{trial}/derived/adtte.parquet",
        occds="results/{trial}/derived/occds.parquet",
        results="results/{trial}/analysis/results.parquet",
        members="results/{trial}/analysis/members.parquet",
    output:
        checks="results/{trial}/analysis/checks.parquet",
    log:
        "logs/{trial}/check_results.log",
    params:
        fresh=RUN.fresh("check_results"),
    resources:
        mem_mb=1500,
    conda:
        RUN.environment
    script:
        RUN.script("check_results")
