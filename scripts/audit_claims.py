"""Rule audit_claims: every published number beside the same number from the data."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.claims.audit import audit_claims
    from trialtrace.run.trial.load import load_trial

    audit_claims(
        load_trial(snakemake.wildcards.trial),
        Path(snakemake.input.adsl).parent,
        Path(snakemake.input.results).parent,
        Path(snakemake.output.claims),
    )
