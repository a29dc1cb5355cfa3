"""Rule ingest_sources: the source of a trial as raw tables."""

from pathlib import Path

from trialtrace.run.jobs.job import job, leave_pandas

with job(snakemake, frames=True):
    from trialtrace.run.blinding.ingest import ingest
    from trialtrace.run.trial.load import load_trial

    trial = load_trial(snakemake.wildcards.trial)
    if trial.synthetic:
        leave_pandas()
    ingest(trial, Path(snakemake.output.raw))
