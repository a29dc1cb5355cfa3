"""Rule render_simulation: the page of a trial's simulation."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.report.simulation.page import render_simulation
    from trialtrace.run.trial.load import load_trial

    render_simulation(
        load_trial(snakemake.wildcards.trial),
        Path(snakemake.input.characteristics).parent,
        Path(snakemake.output.page),
        snakemake.params.code,
    )
