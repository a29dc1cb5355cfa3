"""Replicates: each trial of a truth analysed by the plan, in blocks that are kept."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypedDict

import numpy as np

from trialtrace.base.config.project_table import table_path
from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_file
from trialtrace.base.words import DECIDING, NUMBER_NEEDED, P_VALUES
from trialtrace.run.jobs.faults import tell
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.analysing.run import run_analysis
from trialtrace.run.simulation.trials import Trials, seed_of
from trialtrace.run.synthetic.rows import Drawn
from trialtrace.run.tables.blocks import WHOLE, Blocks, Chunk, Progress, key_of
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.tables.contracts.simulation import ReplicateRow
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.simulation.file import SimulationFile
from trialtrace.run.trial.simulation.load import SimulatedTrial, simulation_of, under

# Trials a block, what an interrupted run does again; and the most patients that are derived in one
# table, some 100 MB.
SIZE, PATIENTS = 20, 50_000
PREFIX = "replicates-"
CONFIGURATION = (
    *("trial.yaml", "dictionary.csv", "cleaning.yaml", "endpoints.yaml", "plan.yaml"),
    "cohort.yaml",
)


class Block(TypedDict):
    """Replicates one after the other: their rows, and each result as it first came."""

    rows: list[ReplicateRow]
    results: list[ResultRow]


@dataclass(frozen=True)
class Work:
    """The trials of all truths, with the blocks of what is done.

    `code` is the hash of what computes: replicates of other code are others.
    """

    trial: Trial
    blocks: Blocks
    code: str
    _trials: dict[str, Trials] = field(default_factory=dict)

    @cached_property
    def simulation(self) -> SimulationFile:
        return simulation_of(self.trial)

    def trials(self, truth: str) -> Trials:
        """The trials of a truth."""
        if truth not in self._trials:
            self._trials[truth] = Trials(under(self.trial, truth))
        return self._trials[truth]

    @cached_property
    def _origin(self) -> str:
        """A digest of what all replicates come from, but for simulation.yaml."""
        folder = self.trial.at.trial_config(self.trial.name)
        files = [folder / name for name in CONFIGURATION]
        read = [each.entry.project_tables for each in self.trial.endpoints.values()]
        files += [table_path(self.trial.at, *named) for those in read for named in those]
        return key_of(self.code, *map(sha256_file, files))

    def key(self, truth: str, *more: str) -> str:
        """What comes of a truth: another number of replicates, or another truth, changes none.

        Its name counts, since it stands in rows and in what they say of a mistake.
        """
        stated = self.trial.document("simulation")["truths"][truth]
        kept = {name: stated.get(name) for name in ("patients", "quantities", "no_effect")}
        analyses, seed = self.trials(truth).trial.analyses, self.simulation.seed
        return key_of(
            self._origin, json.dumps([truth, kept, analyses, seed], sort_keys=True), *more
        )


def replicates(work: Work, chunk: Chunk = WHOLE) -> Iterator[tuple[str, Block]]:
    """(truth, block) of a chunk of the blocks; what is not there is drawn and analysed now."""
    number, of = chunk
    firsts = range(1, work.simulation.replicates + 1, SIZE)
    asked = [(truth, first) for truth in work.simulation.truths for first in firsts]
    asked = [each for at, each in enumerate(asked) if at % of == number]
    log = Progress("blocks of trials", len(asked))
    for done, (truth, first) in enumerate(asked, 1):
        yield truth, _block(work, truth, first)
        log.done(done)


def block_name(work: Work, truth: str, first: int) -> str:
    """The name of the block that begins with a replicate."""
    stop = min(first + SIZE, work.simulation.replicates + 1)
    return PREFIX + work.key(truth, f"{first}-{stop}")


def _block(work: Work, truth: str, first: int) -> Block:
    name = block_name(work, truth, first)
    arrays = work.blocks.read(name)
    if arrays is not None:
        kept: Block = json.loads(str(arrays["text"]))
        return kept
    stop = min(first + SIZE, work.simulation.replicates + 1)
    block = analysed(work.trials(truth), range(first, stop))
    work.blocks.write(name, {"text": np.array(json.dumps(block))})
    return block


def analysed(trials: Trials, numbers: Sequence[int]) -> Block:
    """The replicates of these numbers, each as if it were alone."""
    rows: list[ReplicateRow] = []
    results: dict[str, ResultRow] = {}
    for number, frames in zip(numbers, _frames(trials, numbers), strict=True):
        for name, analysis in trials.analyses.items():
            found = (
                [frames] if isinstance(frames, str) else results_of(trials.trial, analysis, frames)
            )
            for each in found:
                rows.append(_row(trials.trial, f"{trials.trial.name}/{name}", number, each))
                if isinstance(each, Result):
                    results.setdefault(each.result_id, each.row())
    return {"rows": rows, "results": list(results.values())}


def _frames(trials: Trials, numbers: Sequence[int]) -> Iterator[Frames | str]:
    """The data sets of each trial, or why it has none."""
    size = max(1, PATIENTS // sum(trials.sizes.values()))
    for first in range(0, len(numbers), size):
        yield from _together(trials, numbers[first : first + size])


def _together(trials: Trials, numbers: Sequence[int]) -> list[Frames | str]:
    """Of trials that are derived in one table."""
    cohorts: dict[int, Drawn | str] = {}
    for number in numbers:
        try:
            cohorts[number] = trials.drawn(number)
        except UserError as error:
            cohorts[number] = _words(error)
    drawn = [each for each in cohorts.values() if isinstance(each, Drawn)]
    found = iter(_derived(trials, drawn))
    return [next(found) if isinstance(each, Drawn) else each for each in cohorts.values()]


def _derived(trials: Trials, drawn: list[Drawn]) -> list[Frames | str]:
    """All together; where one of them cannot be derived, each by itself."""
    if not drawn:
        return []
    try:
        return list(trials.derived(drawn))
    except UserError as error:
        if len(drawn) == 1:
            return [_words(error)]
        return [found for each in drawn for found in _derived(trials, [each])]


def results_of(trial: SimulatedTrial, analysis: Analysis, frames: Frames) -> Iterator[Result | str]:
    """The results of an analysis that are looked at; in place of all of them why there are none."""
    try:
        yield from [each for each in run_analysis(trial, analysis, frames) if _is_looked_at(each)]
    except UserError as error:
        yield _words(error)
    except Exception as error:  # noqa: BLE001  one replicate must not stop the others
        tell(trial.name, type(error), error, error.__traceback__)
        yield f"a fault of the program ({type(error).__name__})."


def _is_looked_at(result: Result) -> bool:
    """Estimates with an interval, and p-values of tests; what failed of them too. Not what stands
    beside an effect's test, whose interval is of no effect of treatment."""
    if result.stat in P_VALUES:
        return result.stat in DECIDING
    if result.place.second is not None:
        return False
    bounded = result.interval is not None or (result.error is not None and result.place.pair)
    return bool(bounded) and result.stat != NUMBER_NEEDED


def _row(trial: SimulatedTrial, analysis: str, number: int, result: Result | str) -> ReplicateRow:
    """The row of a result, or of an analysis that has none, with the reason."""
    row = result.row() if isinstance(result, Result) else None
    return {
        "truth": trial.truth,
        "result_id": row["result_id"] if row else analysis,
        "replicate": number,
        "seed": seed_of(trial.simulation.seed, number),
        "value": row["stat_value"] if row else None,
        "ci_low": row["ci_low"] if row else None,
        "ci_high": row["ci_high"] if row else None,
        "n_used": row["n_used"] if row else None,
        "error": row["error"] if row else str(result),
    }


def _words(error: UserError) -> str:
    return " ".join(str(error).split())
