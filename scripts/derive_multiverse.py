"""Rule derive_multiverse: the data of endpoints by the rules that levels have."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.multiverse.derive_rules import derive_rules
    from trialtrace.run.trial.load import load_trial

    derive_rules(
        load_trial(snakemake.wildcards.trial),
        Path(snakemake.input.clean),
        Path(snakemake.output.index).parent,
        snakemake.params.code,
    )
