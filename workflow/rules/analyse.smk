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
        made=RUN.made("derive_datasets"),
    output:
        results="results/{trial}/analysis/results.parquet",
        members="results/{trial}/analysis/members.parquet",
        made=RUN.made("analyse_plan"),
    log:
        "logs/{trial}/analyse_plan.log",
    params:
        fresh=RUN.fresh("analyse_plan"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(20),
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
        made=RUN.made("derive_datasets", "analyse_plan"),
    output:
        checks="results/{trial}/analysis/checks.parquet",
        made=RUN.made("check_results"),
    log:
        "logs/{trial}/check_results.log",
    params:
        fresh=RUN.fresh("check_results"),
    resources:
        mem_mb=RUN.growing(1500),
        runtime=RUN.growing(20),
    script:
        RUN.script("check_results")
