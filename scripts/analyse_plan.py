"""Rule analyse_plan: the statistical analysis plan, one row a statistic; then each of them computed
once more by other code, where a disagreement stops the run."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.methods.analysing.run import analyse_plan
    from trialtrace.run.methods.checking.run import check_results
    from trialtrace.run.trial.load import load_trial

    trial = load_trial(snakemake.wildcards.trial)
    derived, checks = Path(snakemake.input.adsl).parent, Path(snakemake.output.checks)
    analyse_plan(trial, derived, checks.parent)
    check_results(trial, derived, checks.parent, checks)
