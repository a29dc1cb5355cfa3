"""Rule render_multiverse: the page of a trial's multiverse."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.report.multiverse.page import render_multiverse
    from trialtrace.run.trial.load import load_trial

    render_multiverse(
        load_trial(snakemake.wildcards.trial),
        Path(snakemake.input.results).parent,
        Path(snakemake.output.page),
        snakemake.params.code,
    )
