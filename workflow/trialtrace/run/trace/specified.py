"""Traces of the estimates of a multiverse: those of any result, from the tables of its stage.

No other code computes them again, so they have no checks; and no claim is of one.
"""

import json
from functools import cached_property
from pathlib import Path

from trialtrace.run.tables.contracts import MEMBERS, RESULTS, read_table
from trialtrace.run.tables.contracts.rows import CheckRow, ClaimRow, MemberRow, ResultRow
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.seal import RowHashes
from trialtrace.run.trace.styled_rows import in_style
from trialtrace.run.trace.text import Trace
from trialtrace.run.trial.multiverse.file import FILE
from trialtrace.run.trial.multiverse.load import RuledTrial, SpecifiedTrial


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
        for key in ("variables", "constants"):
            trace[key] = [self._at_level(each) for each in trace[key]]
        return trace

    def _at_level(self, told: dict[str, object]) -> dict[str, object]:
        """A variable, or what is taken as given, with where a level says it, if one does."""
        of = [told.get("entry"), told.get("code")]
        if not any(name in of for name in self._changed):
            return told
        line = self.trial.lines("multiverse").get(("factors",), 1)
        return told | {"file": self._plan_file, "line": line}

    @cached_property
    def _changed(self) -> set[str]:
        """The entries that the rule changes, and the codes of their endpoints."""
        rule = self.trial.rule if isinstance(self.trial, RuledTrial) else ""
        names = set(json.loads(rule or "{}"))
        return names | {each.code for each in self.trial.endpoints.values() if each.family in names}

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
