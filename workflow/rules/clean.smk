"""Clean: raw tables typed by the data dictionary.

Needs raw/. Makes clean/: a table each, rejects.parquet (the quarantine, readable by its owner only),
conservation.json (rows and cells in, accepted, missing, rejected, by column) and account.json (rows,
cells and subjects by rule, decisions, warnings). Configuration: dictionary.csv,
cleaning.yaml, and tables of trial.yaml.
"""


rule clean_tables:
    message:
        "{wildcards.trial}: clean the tables"
    input:
        raw=ancient("results/{trial}/raw"),
        made=RUN.made("ingest_sources"),
    output:
        clean=directory("results/{trial}/clean"),
        made=RUN.made("clean_tables"),
    log:
        "logs/{trial}/clean_tables.log",
    params:
        fresh=RUN.fresh("clean_tables"),
    resources:
        mem_mb=RUN.growing(1000),
        runtime=RUN.growing(20),
    script:
        RUN.script("clean_tables")
