"""Rule render_report: the report of a trial with pages behind every number."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.report.report import render_report
    from trialtrace.run.trial.load import load_settings, load_trial

    render_report(
        load_trial(snakemake.wildcards.trial),
        load_settings(),
        Path(snakemake.output.report).parent,
        snakemake.params.code,
    )
