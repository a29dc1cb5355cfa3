"""A controller of SLURM that does not answer for a while, which its plugin takes for an end.

Where every question for the states of jobs fails, the plugin keeps none of them, and the run would
wait for ever, without a word. Told of no job at all instead, it asks for each of them again.
"""

import sys
from collections.abc import Awaitable, Callable

PLUGIN = "snakemake_executor_plugin_slurm"
# States of jobs by their numbers, and how long the answer took; None for both where there is none.
Answer = tuple[dict[str, str] | None, float | None]
Ask = Callable[..., Awaitable[Answer]]
AWAY = "SLURM does not answer; its jobs go on, and it is asked again"


def outlast_controller() -> None:
    """Have the plugin, where it is loaded, wait for a controller that is away."""
    if plugin := sys.modules.get(PLUGIN):
        vars(plugin)["query_job_status"] = patient(vars(plugin)["query_job_status"])


def patient(ask: Ask) -> Ask:
    """No states in place of no answer, which is told."""

    async def query_job_status(*words: object) -> Answer:
        states, seconds = await ask(*words)
        if states is None:
            print(AWAY, file=sys.stderr, flush=True)
        return ({}, 0.0) if states is None else (states, seconds)

    return query_job_status
