"""Rule render_report: the report of a trial with a trace page for every number."""

from pathlib import Path

from trialtrace.running.job import job

with job(snakemake):
    from trialtrace.config.load import load_settings, load_trial
    from trialtrace.display.report import render_report

    render_report(
        load_trial(snakemake.wildcards.trial),
        load_settings(),
        Path(snakemake.output.report).parent,
        snakemake.params.code,
    )
