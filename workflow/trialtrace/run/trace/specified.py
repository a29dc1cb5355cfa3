"""Traces of the estimates of a multiverse: those of any result, from the tables of its stage.

No other code computes them again, so they have no checks; and no claim is of one.
"""

from functools import cached_property
from pathlib import Path

from trialtrace.run.tables.contracts import MEMBERS, RESULTS, read_table
from trialtrace.run.tables.contracts.rows import CheckRow, ClaimRow, MemberRow, ResultRow
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.seal import RowHashes
from trialtrace.run.trace.styled_rows import in_style
from trialtrace.run.trace.text import Trace
from trialtrace.run.trial.multiverse.file import FILE
from trialtrace.run.trial.multiverse.load import SpecifiedTrial


class SpecifiedTracer(Tracer):
    """Traces of the specifications of one trial."""

    def __init__(
        self, trial: SpecifiedTrial, results_dir: Path, disclosure: str, hashes: RowHashes
    ):
        super().__init__(trial, results_dir, disclosure, hashes)

    def trace(self, result_id: str, *, rows: bool = False) -> Trace:
        return super().trace(result_id, rows=rows) | {"planned": False}

    @cached_property
    def results(self) -> dict[str, ResultRow]:
        """Every estimate of a specification."""
        rows = read_table(self.folder / "multiverse" / "results.parquet", RESULTS).to_pylist()
        return {row["result_id"]: row for row in in_style(rows, self.trial.plan.style)}

    @cached_property
    def members(self) -> dict[str, list[MemberRow]]:
        return self._by_result(self.folder / "multiverse" / "members.parquet", MEMBERS)

    @cached_property
    def checks(self) -> dict[str, list[CheckRow]]:
        return {}

    @cached_property
    def claims(self) -> dict[str, list[ClaimRow]]:
        return {}

    @cached_property
    def _plan_file(self) -> str:
        return self.trial.at.shown(self.trial.at.trial_config(self.trial.name) / FILE)
