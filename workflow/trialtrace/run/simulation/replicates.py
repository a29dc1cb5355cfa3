"""Replicates: trials of a truth, drawn, typed and derived many in one table, each analysed by the
plan by itself, in blocks that are kept.

What is of one subject alone is done for all of them at once: their subjects are told apart by the
number of their trial. Drawing and analysing are of one trial each, so that none hangs on another.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from trialtrace.base.config.project_table import table_path
from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_file
from trialtrace.base.words import DECIDING, NUMBER_NEEDED, P_VALUES
from trialtrace.run.cleaning.clean import type_tables
from trialtrace.run.endpoints.adsl import usubjid
from trialtrace.run.endpoints.derive import RECORDED, derive_study, derive_tables
from trialtrace.run.jobs.faults import tell
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.analysing.run import run_analysis
from trialtrace.run.simulation import by_plan
from trialtrace.run.synthetic.script import run_script
from trialtrace.run.tables.blocks import WHOLE, Blocks, Chunk, Progress, key_of
from trialtrace.run.tables.contracts import CLEAN, SOURCE, conform
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.tables.contracts.simulation import ReplicateRow
from trialtrace.run.tables.frames import Frames, HeldFrames
from trialtrace.run.trial.cohort_script import known_script
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.simulation.file import SimulationFile
from trialtrace.run.trial.simulation.load import PATIENTS, SimulatedTrial, simulation_of, under

# Digits of a trial's number among those in one table, before the key of its subjects.
DIGITS = 5
# ADSL, and those of records; edges to cells are not looked at.
DATA_SETS = 1 + len(RECORDED)


def seed_of(seed: int, number: int) -> int:
    """The seed of a trial by its number, the same under every truth: whatever else is drawn, trial
    17 has this one. Truths so differ in what is stated alone."""
    digest = hashlib.sha256(f"{seed}/{number}".encode()).digest()
    return int.from_bytes(digest[:6], "big")


class Trials:
    """The trials of a truth."""

    def __init__(self, trial: SimulatedTrial):
        self.trial = trial

    @property
    def analyses(self) -> dict[str, Analysis]:
        """The analyses that are looked at."""
        return {name: self.trial.plan.analyses[name] for name in self.trial.analyses}

    @cached_property
    def tables(self) -> list[str]:
        """The clean tables that the analyses rest on: those that deriving one trial reads."""
        clean = self._clean([0], list(self.trial.source.items), self.sizes)
        read: dict[str, None] = {}

        def noted(name: str) -> pa.Table:
            read[name] = None
            return clean[name]

        derive_study(self.trial, noted)
        return list(dict.fromkeys([self.trial.subjects.table, *read]))

    @property
    def sizes(self) -> Mapping[str, int]:
        """Patients of each arm, or of the trial."""
        if not self.trial.drawn:
            return by_plan.sizes(self.trial)
        patients = self.trial.parameters.get(PATIENTS, {})
        return patients if isinstance(patients, Mapping) else {PATIENTS: patients}

    def derived(self, numbers: Sequence[int], times: int = 1) -> Iterator[Frames]:
        """The derived data sets of the trials of these numbers, with so many times their patients.

        Raises UserError where one of them cannot be drawn or derived.
        """
        sizes = {name: size * times for name, size in self.sizes.items()}
        if not self.trial.drawn:
            for number in numbers:
                seed = seed_of(self.trial.simulation.seed, number)
                yield by_plan.drawn(self.trial, self.analyses, seed, sizes)
            return
        forms = [self.trial.tables[name].of for name in self.tables]
        clean = self._clean(numbers, forms, sizes)
        study = derive_study(self.trial, clean.__getitem__)
        tables = {
            contract.name: conform(table, contract, contract.name)
            for contract, table in islice(derive_tables(study), DATA_SETS)
        }
        bounds = {name: self._bounds(table, len(numbers)) for name, table in tables.items()}
        for number in range(len(numbers)):
            yield HeldFrames(
                {name: table.slice(*_slice(bounds[name], number)) for name, table in tables.items()}
            )

    def _bounds(self, table: pa.Table, trials: int) -> np.ndarray:
        """Where the rows of each trial begin, and where the last one's end."""
        head = len(usubjid(self.trial, pa.array([""]))[0].as_py())
        names = table["USUBJID"].combine_chunks()
        number = pc.utf8_slice_codeunits(names, head, head + DIGITS).cast(pa.int64())
        return np.searchsorted(number.to_numpy(), np.arange(trials + 1))

    def _clean(
        self, numbers: Sequence[int], forms: Sequence[str], sizes: Mapping[str, int]
    ) -> dict[str, pa.Table]:
        """The clean tables of these forms: typed and accepted as in a run, without its checks."""
        seeds = [seed_of(self.trial.simulation.seed, number) for number in numbers]
        truth = dict(self.trial.parameters)
        truth[PATIENTS] = dict(sizes) if PATIENTS not in sizes else sizes[PATIENTS]
        with tempfile.TemporaryDirectory(prefix="trialtrace-") as space:
            script = known_script(self.trial.at, self.trial.name)
            files = [f"{form}.csv" for form in forms]
            folders = run_script(script, Path(space), seeds, truth, files)
            raw = {form: self._raw(folders, form) for form in forms}
        typed, _ = type_tables(self.trial, raw)
        return {name: conform(each.accepted.table, CLEAN, name) for name, each in typed.items()}

    def _raw(self, folders: Sequence[Path], form: str) -> pa.Table:
        """The cells of a form, one trial after the other; the line is that in the table."""
        parts = []
        for number, folder in enumerate(folders):
            cells = _cells(folder / f"{form}.csv")
            tables = self.trial.tables.values()
            subject = next(table.subject for table in tables if table.of == form)
            at, prefix = cells.column_names.index(subject), pa.scalar(f"{number:0{DIGITS}}-")
            known = pc.binary_join_element_wise(prefix, cells[subject], "")
            parts.append(cells.set_column(at, subject, known))
        cells = pa.concat_tables(parts)
        file, line = (column.name for column in SOURCE)
        places = {
            file: pa.repeat(f"{form}.csv", cells.num_rows),
            line: pa.array(np.arange(cells.num_rows) + 2),
        }
        return pa.table(places | {name: cells[name] for name in cells.column_names})


def _cells(path: Path) -> pa.Table:
    """A file that a script wrote, every cell as text, those that are empty missing; without the
    column that says that it was drawn."""
    names = path.open(encoding="utf-8").readline().rstrip("\n").split(",")
    text = pacsv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        include_columns=names[:-1],
    )
    return pacsv.read_csv(path, convert_options=text)


def _slice(bounds: np.ndarray, number: int) -> tuple[int, int]:
    start, stop = int(bounds[number]), int(bounds[number + 1])
    return start, stop - start


# Trials a block, what an interrupted run does again; and the most patients that are derived in one
# table, some 100 MB.
SIZE, MOST_TOGETHER = 20, 50_000
PREFIX = "replicates-"
CONFIGURATION = (*("trial.yaml", "dictionary.csv", "cleaning.yaml", "endpoints.yaml", "plan.yaml"),)


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
        if self.trial.drawn:
            files.append(known_script(self.trial.at, self.trial.name))
        read = [endpoint.entry.project_tables for endpoint in self.trial.endpoints.values()]
        files += [table_path(self.trial.at, *named) for those in read for named in those]
        return key_of(self.code, *map(sha256_file, files))

    def key(self, truth: str, *more: str) -> str:
        """What comes of a truth: another number of replicates, or another truth, changes none.

        Its name counts, since it stands in rows and in what they say of a mistake.
        """
        stated = self.trial.document("simulation")["truths"][truth]
        kept = {
            name: stated.get(name) for name in ("patients", "parameters", "endpoints", "no_effect")
        }
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
    size = max(1, MOST_TOGETHER // sum(trials.sizes.values()))
    for first in range(0, len(numbers), size):
        yield from _together(trials, numbers[first : first + size])


def _together(trials: Trials, numbers: Sequence[int]) -> list[Frames | str]:
    """Of trials that are derived in one table; where one of them cannot be, each by itself."""
    try:
        return list(trials.derived(numbers))
    except UserError as error:
        if len(numbers) == 1:
            return [_words(error)]
        return [found for number in numbers for found in _together(trials, [number])]


def results_of(trial: SimulatedTrial, analysis: Analysis, frames: Frames) -> Iterator[Result | str]:
    """The results of an analysis that are looked at; in place of all of them why there are none."""
    try:
        yield from [
            result for result in run_analysis(trial, analysis, frames) if _is_looked_at(result)
        ]
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
