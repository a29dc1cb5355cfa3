"""Audit: published numbers beside the same numbers from the data.

Needs analysis/ with its checks: what other code does not confirm is compared with nothing; and
derived/, where other populations and subsets are searched. Makes audit/claims.parquet
and audit/print.json, the findings on print. Configuration: claims.yaml, plan.yaml,
endpoints.yaml.
"""


rule audit_claims:
    message:
        "{wildcards.trial}: audit the published numbers"
    input:
        configuration=RUN.configuration("audit_claims"),
        adsl="results/{trial}/derived/adsl.parquet",
        bds="results/{trial}/derived/bds.parquet",
        results="results/{trial}/analysis/results.parquet",
        members="results/{trial}/analysis/members.parquet",
        checks="results/{trial}/analysis/checks.parquet",
        made=RUN.made("derive_datasets", "analyse_plan"),
    output:
        claims="results/{trial}/audit/claims.parquet",
        printed="results/{trial}/audit/print.json",
        made=RUN.made("audit_claims"),
    log:
        "logs/{trial}/audit_claims.log",
    benchmark:
        "logs/{trial}/audit_claims.tsv"
    params:
        versions=RUN.versions("audit_claims"),
        settings=RUN.values("audit_claims"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(5),
    script:
        RUN.script("audit_claims")
