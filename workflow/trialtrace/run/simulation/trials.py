"""Trials of a truth: drawn, typed, derived, many in one table, and handed on each by itself.

What is of one subject alone is done for all of them at once: their subjects are told apart by the
number of their trial. Drawing and analysing are of one trial each, so that none hangs on another.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.cleaning.clean import type_tables
from trialtrace.run.endpoints.adsl import usubjid
from trialtrace.run.endpoints.derive import RECORDED, derive_study, derive_tables
from trialtrace.run.synthetic.draw import draw_cohort, reference_of
from trialtrace.run.synthetic.room import Reference
from trialtrace.run.synthetic.rows import Drawn
from trialtrace.run.synthetic.sheet import sheet
from trialtrace.run.tables.contracts import CLEAN, SOURCE, conform
from trialtrace.run.tables.frames import HeldFrames
from trialtrace.run.trial.cohort.file import CohortFile
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.simulation.file import FILE
from trialtrace.run.trial.simulation.load import SimulatedTrial
from trialtrace.run.trial.simulation.needs import hang_on_arm, narrowed

SIMULATE = "simulate"
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
    def whole(self) -> Drawn:
        """One trial with all that cohort.yaml has, and the manifest of its parameters."""
        return self._draw(self.trial.cohort, seed_of(self.trial.simulation.seed, 0), None)

    @cached_property
    def tables(self) -> list[str]:
        """The clean tables that the analyses rest on: those that deriving one trial reads."""
        clean = self._clean([self.whole], list(self.trial.source.items))
        read: dict[str, None] = {}

        def noted(name: str) -> pa.Table:
            read[name] = None
            return clean[name]

        derive_study(self.trial, noted)
        return list(dict.fromkeys([self.trial.subjects.table, *read]))

    @cached_property
    def cohort(self) -> CohortFile:
        """What the tables are drawn from. Raises UserError where a truth without an effect has
        something there that hangs on the arm, and that an analysis goes by."""
        of = {name: self.trial.tables[name].of for name in self.tables}
        columns = {form: list(self.trial.dictionary[name]) for name, form in of.items()}
        cohort = narrowed(self.trial.cohort, columns)
        if not self.trial.stated.no_effect:
            return cohort
        unread = [(of[table], column) for table, column in self.trial.unread if table in of]
        read = narrowed(cohort, columns, without=unread)
        hang = hang_on_arm(read, self.trial.design.arms)
        if hang:
            raise UserError(
                f"config/trials/{self.trial.name}/{FILE}: truths.{self.trial.truth}.no_effect",
                found=f"quantities that hang on the arm: {one_of([name for name, _ in hang])}",
                expected="none among what the analyses rest on, so that every effect is none",
                do="state them here alike in all arms, or leave no_effect out",
            )
        return cohort

    @cached_property
    def _reference(self) -> Reference:
        return reference_of(self.cohort, self.trial.name)

    @property
    def sizes(self) -> Mapping[str, int]:
        """Patients of each arm, or of the trial."""
        root = self.trial.cohort.root
        return self.trial.sizes or root.arms or {root.name: root.size or 0}

    def drawn(self, number: int, times: int = 1) -> Drawn:
        """The trial of a number, or one of so many times its patients."""
        larger = {name: size * times for name, size in self.sizes.items()}
        seed = seed_of(self.trial.simulation.seed, number)
        return self._draw(self.cohort, seed, larger, self._reference)

    def _draw(
        self,
        cohort: CohortFile,
        seed: int,
        sizes: Mapping[str, int] | None,
        reference: Reference | None = None,
    ) -> Drawn:
        return draw_cohort(
            cohort, self.trial.name, mode=SIMULATE, seed=seed, sizes=sizes, reference=reference
        )

    def derived(self, cohorts: Sequence[Drawn]) -> Iterator[HeldFrames]:
        """The derived data sets of each trial. Raises UserError for a display cohort."""
        forms = [self.trial.tables[name].of for name in self.tables]
        clean = self._clean(cohorts, forms)
        study = derive_study(self.trial, clean.__getitem__)
        tables = {
            contract.name: conform(table, contract, contract.name)
            for contract, table in islice(derive_tables(study), DATA_SETS)
        }
        bounds = {name: self._bounds(table, len(cohorts)) for name, table in tables.items()}
        for number in range(len(cohorts)):
            yield HeldFrames(
                {name: table.slice(*_slice(bounds[name], number)) for name, table in tables.items()}
            )

    def _bounds(self, table: pa.Table, trials: int) -> np.ndarray:
        """Where the rows of each trial begin, and where the last one's end."""
        head = len(usubjid(self.trial, pa.array([""]))[0].as_py())
        names = table["USUBJID"].combine_chunks()
        number = pc.utf8_slice_codeunits(names, head, head + DIGITS).cast(pa.int64())
        return np.searchsorted(number.to_numpy(), np.arange(trials + 1))

    def _clean(self, cohorts: Sequence[Drawn], forms: Sequence[str]) -> dict[str, pa.Table]:
        """The clean tables of these forms: typed and accepted as in a run, without its checks."""
        for drawn in cohorts:
            _refuse_display(drawn)
        raw = {form: self._raw(cohorts, form) for form in forms}
        typed, _ = type_tables(self.trial, raw)
        return {name: conform(each.accepted.table, CLEAN, name) for name, each in typed.items()}

    def _raw(self, cohorts: Sequence[Drawn], form: str) -> pa.Table:
        """The cells of a form, one trial after the other; the line is that in the table."""
        parts = []
        for number, drawn in enumerate(cohorts):
            made = sheet(self.trial, drawn, form)
            subject = made.table.subject
            prefix = pa.scalar(f"{number:0{DIGITS}}-")
            known = pc.binary_join_element_wise(prefix, made.columns[subject], "")
            parts.append(pa.table(made.columns | {subject: known}))
        cells = pa.concat_tables(parts)
        file, line = (column.name for column in SOURCE)
        places = {
            file: pa.repeat(f"{form}.csv", cells.num_rows),
            line: pa.array(np.arange(cells.num_rows) + 2),
        }
        return pa.table(places | {name: cells[name] for name in cells.column_names})


def _slice(bounds: np.ndarray, number: int) -> tuple[int, int]:
    start, stop = int(bounds[number]), int(bounds[number + 1])
    return start, stop - start


def _refuse_display(drawn: Drawn) -> None:
    if drawn.mode != SIMULATE:
        raise UserError(
            f"{drawn.trial}: simulation",
            found=f"a cohort of the mode {drawn.mode}, which hits its margins exactly",
            expected="one of the mode simulate: the sampling variation of the other is false",
        )
