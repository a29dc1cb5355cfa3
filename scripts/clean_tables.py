"""Rule clean_tables: raw tables typed by the dictionary, with what was rejected."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.cleaning.clean import clean_tables
    from trialtrace.run.trial.load import load_trial

    clean_tables(
        load_trial(snakemake.wildcards.trial),
        Path(snakemake.input.raw),
        Path(snakemake.output.clean),
    )
