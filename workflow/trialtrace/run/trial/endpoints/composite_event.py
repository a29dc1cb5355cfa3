"""Whether a rule over findings and scores is met."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import AnalysedValue, Condition, Name, VisitLabel
from trialtrace.base.config.spec import Distinct, Filled, key, optional, shape
from trialtrace.run.tables.conditions import describe, plain
from trialtrace.run.trial.endpoints.shared import (
    MISSING,
    VALUES,
    EndpointEntry,
    Labels,
    VisitChoice,
)

COUNTED = {
    "at_visit": "by what is found at each visit",
    "by_visit": "at the visit or an earlier one",
    "ever": "at any visit",
}


@shape
class Score:
    """A value."""

    of: Name = key("Endpoint with the value.")
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
    )


@shape
class CompositeEvent(EndpointEntry):
    """Whether a rule over findings and scores is met."""

    findings: Distinct[Name] = key(
        "Yes/no endpoints; `findings` in the rule is how many are present."
    )
    scores: Filled[Name, Score] | None = optional(
        "Values for the rule: a name of your choice to an endpoint."
    )
    event: Condition = key(
        "The rule: a condition over `findings` (their number), single findings (1 "
        "present, 0 absent) and scores.",
        constant="rule of the composite",
        words=describe,
    )
    missing: Literal["any_missing", "any_finding", "undecided", "measured"] = key(
        "any_missing: the outcome is missing where any part is; any_finding: where any finding "
        "is, or a score that is unknown could change it; undecided: only where the unknown parts "
        "could change it; measured: unknown parts count as absent."
    )
    counted: Literal["at_visit", "by_visit", "ever"] = key(
        "at_visit: by what is found at each visit; by_visit: at it or an earlier one; "
        "ever: at any visit, a record a subject."
    )
    missing_visits: Literal["undecided", "passed_over"] | None = optional(
        "Visits without an outcome, with counted: by_visit or ever. undecided: no is "
        "known only if every visit so far says no; passed_over: if every visit with an "
        "outcome does."
    )
    visits: VisitChoice | Distinct[VisitLabel] | None = optional(
        (
            "Visits of the records: all (so where it is left out), after_baseline, or a list "
            "of labels."
        ),
        expected="all, after_baseline, or a list of labels of visits",
    )

    @property
    def parents(self) -> list[str]:
        return list(dict.fromkeys([*self.findings, *(score.of for score in self.parts.values())]))

    @property
    def parts(self) -> dict[str, Score]:
        """The values for the rule by their names."""
        return self.scores or {}

    @property
    def follows_visits(self) -> bool:
        return self.counted != "ever"

    @property
    def chosen_visits(self) -> str | tuple[str, ...] | None:
        return self.visits

    def rule(self, labels: Labels) -> str:
        named = {name: plain(labels.of(name)) for name in self.findings}
        for name, score in self.parts.items():
            named[name] = plain(f"{VALUES[score.value]}{labels.of(score.of)}")
        text = f"yes where {describe(self.event, named)}, {COUNTED[self.counted]}. "
        text += f"Findings are: {labels.listed(self.findings, '; ')}"
        words = MISSING | {
            "any_finding": "missing where any finding is, or where an unknown score could change it"
        }
        return f"{text}; {words[self.missing]}"


ENTRY = CompositeEvent
