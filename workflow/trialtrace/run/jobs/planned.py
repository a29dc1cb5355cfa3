"""What this workflow adds to the jobs that Snakemake plans, for a run and for a query alike.

A query, such as `--dry-run`, `--summary` or `--dag`, only reads. Snakemake has no hook between its
choice of what to do and its plan, and so the method that begins the plan is wrapped.
"""

import sys
from collections.abc import AsyncIterator, Callable
from importlib import import_module
from os.path import lexists
from typing import Any

from trialtrace.base.errors import UserError
from trialtrace.run.jobs.run import Run
from trialtrace.run.jobs.workflow_config import check_executor

# Executors whose jobs are processes of this machine, or none.
HERE = ("local", "dryrun", "touch")


def plan_by_records(workflow: Any, run: Run, at_start: Callable[[], None]) -> None:
    """Have Snakemake run the jobs whose records no longer hold, where its targets need them.

    `at_start` is called before a plan whose jobs are executed, and never for a query. A UserError
    ends the process: raised in Snakemake, it would be told with its frames.
    """
    prepare = workflow._prepare_dag

    def prepared(*words: Any, **options: Any) -> None:
        try:
            executor, dry = workflow.executor_plugin, True
            if executor is not None:
                check_executor(sys.orig_argv, executor.name)
                run.executor = executor.name
                run.progress.remote = executor.name not in HERE
                dry = executor.common_settings.dryrun_exec
                _begin(run, at_start, dry)
            prepare(*words, **options)
            workflow.dag.forcefiles.update(run.outdated)
            _complete_plan(workflow, run, dry)
        except UserError as error:
            raise SystemExit(str(error)) from None

    workflow._prepare_dag = prepared


def _complete_plan(workflow: Any, run: Run, dry: bool) -> None:
    """Have Snakemake give its own reasons for the jobs of the plan; a run that has some begins only
    where they can write."""
    dag = workflow.dag
    update = dag.update_needrun

    async def updated(*words: Any, **options: Any) -> None:
        await update(*words, **options)
        await _give_reasons(workflow, run)
        if not dry and any(dag.needrun_jobs()):
            try:
                run.check_rights()
            except UserError as error:
                raise SystemExit(str(error)) from None

    dag.update_needrun = updated


async def _give_reasons(workflow: Any, run: Run) -> None:
    """Have Snakemake say of these jobs what it knows itself: changed parameters, inputs with other
    content, files that are gone.

    Of what it cannot see, such as a file lost inside a folder, it says "Forced execution", and the
    lines of this run say why.
    """
    for job in workflow.dag.jobs:
        reason = workflow.dag.reason(job)
        if reason.forced and not run.outdated.keys().isdisjoint(job.output):
            changed = workflow.persistence.params_changed(job)
            other = [one async for one in _changed_inputs(workflow, job)]
            lost = [one for one in job.output if not lexists(one)]
            reason.params_changed = changed
            reason.updated_input.update(other)
            reason.missing_output.update(lost)
            reason.forced = not (changed or other or lost)


async def _changed_inputs(workflow: Any, job: Any) -> AsyncIterator[Any]:
    """Its files of configuration and data whose content is not that of the run before, whatever
    their times."""
    beside = {*job.input.get("configuration", ()), *job.input.get("data", ())}
    for one in filter(beside.__contains__, job.input):
        for before in workflow.persistence.input_checksums(job, one):
            size = workflow.dag.max_checksum_file_size
            if before and not await one.is_same_checksum(before, size):
                yield one
                break


def _begin(run: Run, at_start: Callable[[], None], dry: bool) -> None:
    if not dry:
        run.hold()
    run.check_files()
    for line in run.outdated_lines():
        print(line, file=sys.stderr)
    if not dry:
        run.make_ready()
        at_start()


def list_true_changes() -> None:
    """Have `--list-params-changes` list no job whose parameters are the same.

    Snakemake 9.27 lists the last output of each job, changed or not: a change that holds nothing
    still iterates over the file that it was looked for in.
    """
    kind = import_module("snakemake.persistence").ParamsChange
    kind.__iter__ = lambda change: iter(change.files if change else ())
