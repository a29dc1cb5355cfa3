"""Rule check_results: statistics computed once more by another library; a disagreement stops."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake, frames=True):
    from trialtrace.run.methods.checking.run import check_results
    from trialtrace.run.trial.load import load_trial

    check_results(
        load_trial(snakemake.wildcards.trial),
        Path(snakemake.input.adsl).parent,
        Path(snakemake.input.results).parent,
        Path(snakemake.output.checks),
    )
