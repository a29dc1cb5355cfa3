"""Every configured trial from its raw rows to a site of reports.

Targets: all (the site, by default), audit (published numbers, without reports), or the name of a
trial. The rules stand in workflow/rules, one file a stage, in the order of the data.
"""

from pathlib import Path

from snakemake.logging import logger

from trialtrace.errors import UserError
from trialtrace.paths import project
from trialtrace.progress import Progress
from trialtrace.run import begin
from trialtrace.run_record import write_records

MAIN = workflow.is_main_process
try:
    RUN = begin(project(workflow.basedir), check=MAIN)
except UserError as error:
    raise SystemExit(str(error))

PROGRESS = Progress(lambda: workflow.executor_plugin is not None and not workflow.dryrun)
if MAIN and not workflow.output_settings.verbose:
    PROGRESS.attach(logger)


wildcard_constraints:
    trial="[a-z][a-z0-9_]*",


def fresh(rule):
    """The hash of what a job depends on beside its input files; a change of it is a rerun."""
    return lambda wildcards: RUN.hashes[rule, wildcards.get("trial")]


def script_of(rule):
    """The script of a rule has the rule's name."""
    return str(Path(workflow.basedir) / "scripts" / f"{rule}.py")


rule all:
    input:
        "site",


rule audit:
    input:
        expand("results/{trial}/audit/claims.parquet", trial=RUN.trials),


for trial in RUN.trials:

    rule:
        name:
            trial
        input:
            f"results/{trial}/report",


include: "workflow/rules/ingest.smk"
include: "workflow/rules/clean.smk"
include: "workflow/rules/derive.smk"
include: "workflow/rules/analyse.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/report.smk"


onstart:
    RUN.lock()


onsuccess:
    write_records(RUN, PROGRESS, workflow.cores)


onerror:
    write_records(RUN, PROGRESS, workflow.cores)
