"""Rule clean_tables: raw tables typed by the dictionary, with what was rejected."""

from pathlib import Path

from trialtrace.running.job import job

with job(snakemake):
    from trialtrace.cleaning.clean import clean_tables
    from trialtrace.trial.load import load_trial

    clean_tables(
        load_trial(snakemake.wildcards.trial),
        Path(snakemake.input.raw),
        Path(snakemake.output.clean),
    )
