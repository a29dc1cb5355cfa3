"""Ingest: the source of a trial as raw tables.

Needs the data files of a `files` source; a data set of a registry package comes with the
environment. Makes raw/: a table a source item, every cell as text, and manifest.json with the
sha256 of every source file. Configuration: trial.yaml, source.
"""


rule ingest_sources:
    message:
        "{wildcards.trial}: ingest the source"
    output:
        raw=directory("results/{trial}/raw"),
        made=RUN.made("ingest_sources"),
    log:
        "logs/{trial}/ingest_sources.log",
    params:
        fresh=RUN.fresh("ingest_sources"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(20),
    script:
        RUN.script("ingest_sources")
