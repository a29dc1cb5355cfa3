"""Rule draw_multiverse: a part of the re-randomisations."""

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.run.multiverse.run import draw_part, part_of

    given = (snakemake.input.adsl, snakemake.output.part, snakemake.params.code)
    draw_part(*part_of(snakemake.wildcards, *given))
