"""Rule gather_estimates: the marks of all parts of the estimates, as one."""

from pathlib import Path

from trialtrace.run.jobs.job import job

with job(snakemake):
    from trialtrace.base.store import write_text

    marks = [Path(mark).read_text(encoding="utf-8") for mark in snakemake.input.estimates]
    write_text(Path(snakemake.output.mark), "".join(marks))
