"""Rule run_simulation: what the analyses do over all simulated trials."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.simulation.run import run_simulation, work_of
    from trialtrace.run.trial.load import load_trial

    folder = Path(snakemake.output.replicates).parent
    run_simulation(
        work_of(load_trial(snakemake.wildcards.trial), folder, snakemake.params.code), folder
    )
