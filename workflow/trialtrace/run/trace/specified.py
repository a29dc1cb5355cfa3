"""Traces of the estimates of a multiverse: those of any result, from the tables of its stage.

No other code computes them again, so they have no checks; and no claim is of one.
"""

from collections.abc import Mapping
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
    """Traces of the specifications of one trial that go by one rule of endpoints, whose data lie
    in `derived`."""

    def __init__(
        self,
        trial: SpecifiedTrial,
        results_dir: Path,
        derived: Path,
        disclosure: str,
        hashes: RowHashes,
    ):
        self._of_rule = derived
        super().__init__(trial, results_dir, disclosure, hashes)

    @property
    def derived(self) -> Path:
        return self._of_rule

    def trace(self, result_id: str, *, rows: bool = False) -> Trace:
        trace = super().trace(result_id, rows=rows) | {"planned": False}
        places = self._places(result_id.split("/")[1])
        for key in ("variables", "constants"):
            trace[key] = [self._at_level(each, places) for each in trace[key]]
        return trace

    def _at_level(self, entry: dict[str, object], places: Mapping[str, int]) -> dict[str, object]:
        """A variable, or what is taken as given, with the line of the level that says it."""
        for name in (entry.get("entry"), entry.get("code")):
            if name in places:
                return entry | {"file": self._plan_file, "line": places[str(name)]}
        return entry

    def _places(self, analysis: str) -> dict[str, int]:
        """The line of the first level that changes an entry, by its name and the codes of its
        endpoints."""
        trial = self.trial
        assert isinstance(trial, SpecifiedTrial)
        lines = trial.lines("multiverse")
        found: dict[str, int] = {}
        for name, _, level in trial.multiverse.levels(trial.specifications[analysis]):
            path = ("factors", name, "levels", trial.specifications[analysis].levels[name])
            for entry in level.endpoints or ():
                codes = [
                    endpoint.code
                    for endpoint in trial.endpoints.values()
                    if endpoint.family == entry
                ]
                for each in (entry, *codes):
                    found.setdefault(each, lines.get((*path, "endpoints", entry), lines[path]))
        return found

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
