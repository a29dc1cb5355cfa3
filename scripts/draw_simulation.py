"""Rule draw_simulation: a part of the simulated trials."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.simulation.run import draw_part, work_of
    from trialtrace.run.trial.load import load_trial

    draw_part(
        work_of(
            load_trial(snakemake.wildcards.trial),
            Path(snakemake.output.part).parents[1],
            snakemake.params.code,
        ),
        (int(snakemake.wildcards.part) - 1, int(snakemake.wildcards.of)),
        Path(snakemake.output.part),
    )
