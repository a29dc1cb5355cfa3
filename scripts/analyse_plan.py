"""Rule analyse_plan: the statistical analysis plan, one row a statistic."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.methods.analysing.run import analyse_plan
    from trialtrace.run.trial.load import load_trial

    analyse_plan(
        load_trial(snakemake.wildcards.trial),
        Path(snakemake.input.adsl).parent,
        Path(snakemake.output.results).parent,
    )
