"""Rule estimate_multiverse: a part of the specifications, estimated."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.multiverse.run import estimate_part, work_of
    from trialtrace.run.trial.load import load_trial

    estimate_part(
        work_of(
            load_trial(snakemake.wildcards.trial),
            Path(snakemake.input.adsl).parent,
            Path(snakemake.output.part).parents[1],
            snakemake.params.code,
        ),
        (int(snakemake.wildcards.part) - 1, int(snakemake.wildcards.of)),
        Path(snakemake.output.part),
    )
