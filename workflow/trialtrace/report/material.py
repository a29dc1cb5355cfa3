"""Everything a trial's report is made of, read once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.base.store import read_parquet
from trialtrace.base.words import OF_P_VALUES, P_VALUES, SYMBOLS
from trialtrace.report.audit.estimate_losses import Lost, estimate_losses, primary_losses
from trialtrace.report.audit.red_lines import (
    declared_lines,
    not_estimable_line,
    red_lines,
)
from trialtrace.report.frozen_data import data_state
from trialtrace.run.cleaning.account import Account, read_account
from trialtrace.run.tables.contracts import CLAIMS
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.seal import RowHashes, Seal, seal_of
from trialtrace.run.trace.words import stratum_words
from trialtrace.run.trace.years import yearly
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.build import Analysis, Plan
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.references import of_assumption
from trialtrace.run.trial.plan.remarks import without_clusters
from trialtrace.run.trial.settings import Settings

if TYPE_CHECKING:
    from trialtrace.run.endpoints.losses import EndpointLosses

# On each side of a 95 % interval.
ONE_SIDE = 0.025
# The test of an arm's own share against a threshold.
OF_ARM = "p_value.binomial"


# Which analyses print estimates without p-values: those outside every declared family.
# A p-value that no family adjusts, of an analysis that is neither primary nor made of one that
# decides, invites a verdict that nobody planned. It is computed, checked and traced, and an audit
# compares a printed one with it; a report prints the estimate with its interval.
def judged(plan: Plan, analysis: Analysis) -> bool:
    """Whether an analysis is primary, has a test in a family, or is made of one that is or has."""
    named = _in_families(plan)
    named |= {one.name for one in plan.analyses.values() if one.role == "primary"}
    following: Analysis | None = analysis
    while following is not None:
        if following.name in named:
            return True
        following = plan.analyses.get(following.of or "")
    return False


def without_p(plan: Plan, analysis: Analysis, rows: Iterable[ResultRow]) -> bool:
    """Whether an analysis prints its comparisons without p-values, and has any to leave out.

    One without an estimate that has an interval shows the p-values of its tests, without a verdict.
    """
    return not judged(plan, analysis) and _stood_for(list(rows))


def without_p_within(plan: Plan, analysis: Analysis, rows: Iterable[ResultRow]) -> bool:
    """Whether an analysis prints its comparisons within subgroups without p-values, and has any to
    leave out: beside each other they invite comparing verdicts, which the test of interaction
    answers."""
    named = analysis.name in _in_families(plan)
    return not named and _stood_for([row for row in rows if row["stratum"]])


def _in_families(plan: Plan) -> set[str]:
    return {test.analysis for family in plan.multiplicity.values() for test in family.tests}


def _stood_for(rows: list[ResultRow]) -> bool:
    """Whether there are tests, and an estimate with an interval beside them."""
    estimated = any(row["comparison"] and row["ci_level"] is not None for row in rows)
    return estimated and any(map(of_a_test, rows))


def of_a_test(row: ResultRow) -> bool:
    """Whether a result is a p-value of a comparison or of an effect, or a statistic or its degrees
    of freedom; what an estimate assumes is neither, nor whether effects differ."""
    tested = row["stat_name"] in P_VALUES | SYMBOLS | OF_P_VALUES
    other = of_assumption(row["method"]) or of_interaction(row["method"])
    return tested and row["group1_level"] is None and not other


def of_interaction(method: str) -> bool:
    """Whether a method ("p_value.logistic_trend") tests whether effects differ."""
    return method.endswith(("_interaction", ".logistic_trend"))


def asks(test: ResultRow) -> bool:
    """Whether the p of a share asks what its exact interval leaves open: not one-sided where that
    lies wholly on the other side of the threshold."""
    value, sides = test["stat_value"], json.loads(test["options"]).get("sides")
    return value is None or sides == "two_sided" or value < 1 - ONE_SIDE


@dataclass(frozen=True)
class Material:
    """A trial's configuration and stages, as the report's cells use them."""

    trial: Trial
    settings: Settings
    folder: Path
    codes: dict[str, str]

    @cached_property
    def disclosure(self) -> str:
        return self.trial.disclosure(self.settings)

    @cached_property
    def tracer(self) -> "Tracer":
        from trialtrace.run.trace.content import Tracer

        return Tracer(
            self.trial,
            self.folder,
            self.disclosure,
            RowHashes(self.trial, self.settings),
            tight=True,
        )

    @cached_property
    def seal(self) -> Seal:
        """One hash over what the numbers came from and what came of it."""
        hashes = RowHashes(self.trial, self.settings)
        return seal_of(self.trial, self.settings, self.folder, self.codes, hashes)

    @cached_property
    def results(self) -> list[ResultRow]:
        return list(self.tracer.results.values())

    @cached_property
    def yearly(self) -> set[str]:
        """The analyses whose times a report tells in years."""
        return yearly(self.results, self.trial.plan.analyses)

    def of(self, analysis: str) -> list[ResultRow]:
        """The results of one analysis, in the plan's order."""
        return [*self._by_analysis.get(analysis, ())]

    @cached_property
    def _by_analysis(self) -> dict[str, list[ResultRow]]:
        result_rows: dict[str, list[ResultRow]] = {}
        for row in self.results:
            result_rows.setdefault(row["analysis_id"], []).append(row)
        return result_rows

    def printable(self, analysis: str) -> list[ResultRow]:
        """The same but for p-values outside every family, and within subgroups, where an estimate
        stands for them, and for those that ask what nobody would."""
        plan, planned = self.trial.plan, self.trial.plan.analyses.get(analysis)
        rows = [one for one in self.of(analysis) if one["method"] != OF_ARM or asks(one)]
        if planned is None:
            return rows
        if without_p(plan, planned, rows):
            return [row for row in rows if not of_a_test(row)]
        if without_p_within(plan, planned, rows):
            return [row for row in rows if not (row["stratum"] and of_a_test(row))]
        return rows

    @cached_property
    def account(self) -> Account:
        """What came of the rows, cells and subjects of the export."""
        return read_account(self.folder / "clean")

    @cached_property
    def endpoint_losses(self) -> "EndpointLosses":
        """What endpoints cannot use, and which tell nobody apart."""
        # It brings what judges the records of endpoints, which no command on results needs.
        from trialtrace.run.endpoints.losses import read_losses

        return read_losses(self.folder / "derived")

    @cached_property
    def red_lines(self) -> list[str]:
        """What must be known before any result, a sentence each."""
        lost = self.endpoint_losses.warnings
        losses = estimate_losses(self.trial, self.tracer.frames, self.results, self.tracer.members)
        lines = red_lines(self.account, self.without_arm, self.not_estimable, lost, losses)
        lines += [*self.trial.frozen_warnings, *without_clusters(self.trial)]
        data, others = data_state(self.trial)
        lines += [data] if others else []
        return [text for text in lines if text not in self.declared_lines]

    @cached_property
    def primary_losses(self) -> list[Lost]:
        """Whom the primary estimates lack."""
        tracer = self.tracer
        return [*primary_losses(self.trial, tracer.frames, self.results, tracer.members)]

    @cached_property
    def declared_lines(self) -> list[str]:
        """What of the rows is left out for a declared reason, and what is known of columns, a
        sentence each."""
        return declared_lines(self.account, self.endpoint_losses.warnings)

    @property
    def not_estimable(self) -> list[str]:
        """A sentence for each primary analysis of which a number has no value."""
        chosen = (a for a in self.trial.plan.analyses.values() if a.role == "primary")
        return [line for a in chosen for line in not_estimable_line(a.label, self.of(a.name))]

    @cached_property
    def without_arm(self) -> int:
        """Subjects without an arm whose reason is told nowhere: not by the design, nor the flow."""
        told = "excluded" in self.trial.plan.displays.get("flow", {})
        if told or self.trial.design.kind in OWN_TREATMENT:
            return 0
        return self.tracer.frames.select("adsl", {"TRT01P": "missing"}).n

    @cached_property
    def claims(self) -> list[dict[str, Any]]:
        """The rows of the audit, each with the step from its result to the number it shows."""
        table = read_parquet(self.folder / "audit" / "claims.parquet")
        results = self.tracer.results
        return [
            row | {"step": self.tracer.step(row, results[at]) if (at := row["result_id"]) else ""}
            for row in table.select(CLAIMS.names).to_pylist()
        ]

    @cached_property
    def printed(self) -> dict[str, Any]:
        """Findings of the checks on print, and the searches over other choices."""
        return json.loads((self.folder / "audit" / "print.json").read_text(encoding="utf-8"))

    def parameter_words(self, row: ResultRow) -> list[str]:
        """The label of a result's endpoint where its analysis covers several, else nothing."""
        endpoint = self.trial.endpoints.get(row["parameter"] or "")
        several = ";parameter=" in row["result_id"]
        return [endpoint.label] if several and endpoint is not None else []

    def shown(self, analysis: str) -> list[ResultRow]:
        """What is printed, with words in place of the name of a category, an effect, another
        endpoint."""
        words = self.tracer.about.second_words
        return [row | {"group2_level": words(row)} for row in self.printable(analysis)]

    def stratum_words(self, stratum: str) -> str:
        """A stratum of a result by the label of its variable: "Pancreatic stent: No"."""
        return stratum_words(self.trial, stratum)

    def arm_label(self, name: str | None) -> str:
        arms = self.trial.design.arms
        if name in arms:
            return arms[name].label
        return "All patients" if self.trial.design.kind in OWN_TREATMENT else "All arms"
