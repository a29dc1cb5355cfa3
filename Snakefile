"""Every configured trial from its raw rows to a site of reports.

Targets: all (the site, by default), audit (published numbers, without reports), multiverse (of the
trials that have a multiverse.yaml), simulate (of those that have a simulation.yaml), or the name of a
trial. The rules stand in workflow/rules, one file a stage, in the order of the data.
"""

import shlex
import sys
from pathlib import Path

from snakemake.script import PythonScript

from trialtrace.report.commands.after_run import after_run
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.report.sections.closing import closing_lines
from trialtrace.run.jobs.run import begin
from trialtrace.run.jobs.run_record import end_run
from trialtrace.run.jobs.slurm import outlast_controller
from trialtrace.run.jobs.start import forking

# A job is a fork of a process that has its libraries loaded.
PythonScript.execute_script = forking(sys.executable, PythonScript.execute_script)
outlast_controller()
# Snakemake puts the interpreter's path into a shell command as it stands, also with a space in it.
sys.executable = shlex.quote(sys.executable)

HANDLERS = workflow.logger_manager.get_log_handlers()
try:
    RUN = begin(
        project(workflow.basedir),
        # A linter reads the rules, whatever the data and results here are.
        check=workflow.is_main_process and "--lint" not in sys.orig_argv,
        dry=any(getattr(handler, "dry", False) for handler in HANDLERS),
        words=sys.orig_argv,
    )
except UserError as error:
    raise SystemExit(str(error))

RUN.follow(HANDLERS, lambda: workflow.dag_settings.targets, closing_lines)


wildcard_constraints:
    trial="[a-z][a-z0-9_]*",
    part="[0-9]+",
    of="[0-9]+",


rule all:
    input:
        "site",
        RUN.site_record,
        RUN.all_made(*RUN.trials),


rule audit:
    input:
        expand("results/{trial}/audit/claims.parquet", trial=RUN.trials),
        expand(RUN.made("audit_claims"), trial=RUN.trials),


rule multiverse:
    input:
        expand("results/{trial}/multiverse/multiverse.html", trial=RUN.varied),


rule simulate:
    input:
        expand("results/{trial}/simulation/simulation.html", trial=RUN.simulated),


for trial in RUN.named:

    rule:
        name:
            trial
        input:
            f"results/{trial}/report",
            RUN.all_made(trial),


include: "workflow/rules/ingest.smk"
include: "workflow/rules/clean.smk"
include: "workflow/rules/derive.smk"
include: "workflow/rules/analyse.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/multiverse.smk"
include: "workflow/rules/simulate.smk"


onstart:
    RUN.lock()


onsuccess:
    end_run(RUN, workflow.resource_settings)
    after_run(RUN)


onerror:
    end_run(RUN, workflow.resource_settings)
    after_run(RUN)
