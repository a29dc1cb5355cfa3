"""Clean: the source of a trial as raw tables, typed by the data dictionary.

Needs the data files of a `files` source; a data set of a registry package comes with the
environment. Makes raw/: a table a source item, every cell as text, and manifest.json with the
sha256 of every source file; and clean/: a table each, rejects.parquet (the quarantine, readable by
its owner only), conservation.json (rows and cells in, accepted, missing, rejected, by column) and
account.json (rows, cells and subjects by rule, decisions, warnings). Configuration: source and
tables of trial.yaml, dictionary.csv, cleaning.yaml.
"""


rule clean_tables:
    message:
        "{wildcards.trial}: read and clean the tables"
    input:
        configuration=RUN.configuration("clean_tables"),
        data=RUN.data,
    output:
        raw=directory("results/{trial}/raw"),
        clean=directory("results/{trial}/clean"),
        made=RUN.made("clean_tables"),
    log:
        "logs/{trial}/clean_tables.log",
    benchmark:
        "logs/{trial}/clean_tables.tsv"
    params:
        versions=RUN.versions("clean_tables"),
        settings=RUN.values("clean_tables"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(5),
    script:
        RUN.script("clean_tables")
