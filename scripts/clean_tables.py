"""Rule clean_tables: the source of a trial as raw tables, then typed by the dictionary, with what
was rejected."""

from pathlib import Path

from trialtrace.run.jobs.job import job, leave_pandas

with job(snakemake, frames=True):
    from trialtrace.run.blinding.ingest import ingest
    from trialtrace.run.cleaning.clean import clean_tables
    from trialtrace.run.trial.load import load_trial

    trial = load_trial(snakemake.wildcards.trial)
    if trial.synthetic:
        leave_pandas()
    raw = Path(snakemake.output.raw)
    ingest(trial, raw)
    clean_tables(trial, raw, Path(snakemake.output.clean))
