"""Rule derive_datasets: ADSL, BDS, ADTTE, occurrences and the edges back to raw rows."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.endpoints.derive import derive_datasets
    from trialtrace.run.trial.load import load_trial

    derive_datasets(
        load_trial(snakemake.wildcards.trial),
        Path(snakemake.input.clean),
        Path(snakemake.output.adsl).parent,
    )
