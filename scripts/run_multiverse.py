"""Rule run_multiverse: every specification in its curve, tested together."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.multiverse.run import run_multiverse, work_of
    from trialtrace.run.trial.load import load_trial

    folder = Path(snakemake.output.results).parent
    run_multiverse(
        work_of(
            load_trial(snakemake.wildcards.trial),
            Path(snakemake.input.adsl).parent,
            folder,
            snakemake.params.code,
        ),
        folder,
    )
