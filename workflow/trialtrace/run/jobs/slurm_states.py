"""What SLURM answers about its jobs, as its Snakemake plugin understands it.

The plugin takes a job whose state it does not know for one that runs, and would wait for ever,
without a word: where `sacct` writes more than the state ("CANCELLED by 0"), and where a controller
does not answer for a while. So it gets the state alone, or no job at all.
"""

import re
import sys
from collections.abc import Awaitable, Callable

PLUGIN = "snakemake_executor_plugin_slurm"
# States of jobs by their numbers, and how long the answer took; None for both where there is none.
Answer = tuple[dict[str, str] | None, float | None]
Ask = Callable[..., Awaitable[Answer]]
AWAY = "SLURM does not answer; its jobs go on, and it is asked again"
_STATE = re.compile(r"[A-Z_]+")


def correct_answers() -> None:
    """Have the plugin, where it is loaded, be answered by states that it knows."""
    if plugin := sys.modules.get(PLUGIN):
        vars(plugin)["query_job_status"] = corrected(vars(plugin)["query_job_status"])


def corrected(ask: Ask) -> Ask:
    """The state of each job alone; no states in place of no answer, which is reported."""

    async def query_job_status(*words: object) -> Answer:
        states, seconds = await ask(*words)
        if states is None:
            print(AWAY, file=sys.stderr, flush=True)
            return {}, 0.0
        return {job: state_alone(state) for job, state in states.items()}, seconds

    return query_job_status


def state_alone(answer: str) -> str:
    """The state of a job without what SLURM adds to it: who cancelled the job, a "+" for more text,
    a flag behind a comma."""
    state = _STATE.match(answer.strip())
    return state[0] if state else answer
