"""Rule ingest_sources: the source of a trial as raw tables."""

from pathlib import Path

from trialtrace.run.jobs.job import job, leave_pandas

with job(snakemake, frames=True):
    from trialtrace.run.sources.ingest import ingest_sources
    from trialtrace.run.trial.load import load_trial

    trial = load_trial(snakemake.wildcards.trial)
    if trial.synthetic:
        leave_pandas()
    ingest_sources(trial, Path(snakemake.output.raw))
