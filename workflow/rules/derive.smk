"""Derive: analysis data sets by CDISC ADaM.

Needs clean/. Makes derived/: subjects, records, times to events, occurrences, and the edges from
every derived row to its raw rows, the cells that no endpoint could use, and account.json: what that is of
each endpoint, and which tell nobody apart. Configuration: endpoints.yaml; arms, populations, subjects of
trial.yaml.
"""


rule derive_datasets:
    message:
        "{wildcards.trial}: derive the endpoints"
    input:
        configuration=RUN.configuration("derive_datasets"),
        clean=ancient("results/{trial}/clean"),
        made=RUN.made("clean_tables"),
    output:
        adsl="results/{trial}/derived/adsl.parquet",
        bds="results/{trial}/derived/bds.parquet",
        adtte="results/{trial}/derived/adtte.parquet",
        occds="results/{trial}/derived/occds.parquet",
        sources="results/{trial}/derived/sources.parquet",
        unused="results/{trial}/derived/rejects.parquet",
        account="results/{trial}/derived/account.json",
        made=RUN.made("derive_datasets"),
    log:
        "logs/{trial}/derive_datasets.log",
    benchmark:
        "logs/{trial}/derive_datasets.tsv"
    params:
        versions=RUN.versions("derive_datasets"),
        settings=RUN.values("derive_datasets"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(5),
    script:
        RUN.script("derive_datasets")
