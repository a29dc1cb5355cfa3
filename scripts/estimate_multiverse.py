"""Rule estimate_multiverse: a part of the specifications, estimated."""

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.multiverse.run import estimate_part, part_of

    given = (snakemake.input.adsl, snakemake.output.part, snakemake.params.code)
    estimate_part(*part_of(snakemake.wildcards, *given))
