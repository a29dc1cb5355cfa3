"""Entries of findings, and of rules over findings and scores."""

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from trialtrace.base.config.names import AnalysedValue, Condition, Name, VisitLabel, Words
from trialtrace.base.config.references import Ref, SubjectNumber, ValueTest
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import Distinct, Filled, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.run.tables.conditions import Named, describe, describe_test, joins, plain
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.context import Columns, Files, Given, known
from trialtrace.run.trial.endpoints.norms import Norms
from trialtrace.run.trial.endpoints.shared import (
    AFTER_BASELINE,
    MISSING,
    VALUES,
    BinaryEndpoint,
    EndpointEntry,
    Labels,
    MissingItems,
    ScoredEndpoint,
    ValueOfEndpoint,
    VisitChoice,
)
from trialtrace.run.trial.model import baseline, chosen_visits, visit_labels
from trialtrace.run.trial.plan.methods import BINARY, SCORES
from trialtrace.run.trial.references import AVAL

# What the rule of a composite calls the number of findings.
COUNT = "findings"


@shape
class Norm:
    """Normal values: outside them a value is abnormal."""

    table: Name = key(
        "Table of norms: config/norms/<name>.csv with group, age_to, normal_from, "
        "normal_to, verified, source."
    )
    age: SubjectNumber | None = optional(
        "Subject variable with the age in years; needed where the table has ages."
    )
    groups: Filled[Words, Words] | None = optional(
        "Label of a location to its group in the table; needed where the table has groups."
    )
    shift: float | None = optional(
        "Added to each normal value, such as -0.5: what a finding hangs on the norms for.",
        constant="shift of the normal values",
    )


@shape
class Finding(ValueOfEndpoint):
    """Whether the values of another endpoint are abnormal."""

    of: ScoredEndpoint = key(
        "Endpoint with the values (measure, repeated, a scale of an instrument)."
    )
    new: bool | None = optional(
        "Whether a side and location counts only if it was not abnormal at the baseline; "
        "unknown where the baseline is missing."
    )
    locations: Distinct[Words] | None = optional(
        "Labels of the locations that are looked at; all where it is left out."
    )
    sides: Distinct[Words] | None = optional(
        "Labels of the sides that are looked at; all where it is left out."
    )
    at_least: int | None = optional(
        ("How many of the sides and locations must be abnormal; needed where there are several."),
        constant="sides and locations that must be abnormal",
        minimum=1,
    )
    missing: MissingItems | None = optional(
        "Needed where there are several sides or locations. any_missing: the outcome is "
        "missing where any part is; undecided: only where the unknown parts could change "
        "it; measured: unknown parts count as absent."
    )
    visits: VisitChoice | Distinct[VisitLabel] | None = optional(
        "Visits of the records: all (so where it is left out), after_baseline, or a list "
        "of labels.",
        expected="all, after_baseline, or a list of labels of visits",
    )

    @property
    def chosen_visits(self) -> str | tuple[str, ...] | None:
        return self.visits or (AFTER_BASELINE if self.new else None)

    def rule(self, labels: Labels) -> str:
        newly = "newly " if self.new else ""
        text = f"yes where {VALUES[self.value]}{labels.of(self.of)} is {newly}{self._abnormal}"
        if self.new:
            text += ", which it was not at baseline"
        if self.at_least is not None:
            text += f", at {self.at_least} or more of its sides and locations"
        return text + (f"; {MISSING[self.missing]}" if self.missing else "")

    @property
    def _abnormal(self) -> str:
        """What an abnormal value is, in words."""
        raise NotImplementedError


@shape(by="norm")
class FindingByNorm(Finding):
    """A finding by a norm."""

    norm: Norm = key("Normal values: outside them a value is abnormal.")

    @property
    def project_tables(self) -> list[tuple[str, str]]:
        return [(Norms.folder, self.norm.table)]

    def rule(self, labels: Labels) -> str:
        unverified = Norms.read(labels.at, self.norm.table).unverified
        sources = "; the norms are not verified: a source was not at hand" if unverified else ""
        return super().rule(labels) + sources

    @property
    def _abnormal(self) -> str:
        age = " for the age" if self.norm.age else ""
        shift = f" shifted by {self.norm.shift:g}" if self.norm.shift else ""
        return f"outside the norms{age} ({self.norm.table.replace('_', ' ')}){shift}"


def by_location(tests: Mapping[str, object]) -> str:
    """ "< 4 (ankle); < 5 (hand)"."""
    return "; ".join(f"{describe_test(test)} ({place})" for place, test in tests.items())


@shape(by="abnormal_by_location")
class FindingByLocation(Finding):
    """A finding by a test for each location."""

    abnormal_by_location: Filled[Words, ValueTest] = key(
        "Label of a location to the test of an abnormal value there.",
        constant="abnormal values of a location",
        words=by_location,
    )

    @property
    def _abnormal(self) -> str:
        return by_location(self.abnormal_by_location)


@shape
class FindingByTest(Finding):
    """A finding by a test."""

    abnormal: ValueTest = key(
        "Test of an abnormal value, such as {below: 4}.",
        constant="abnormal values",
        words=describe_test,
    )

    @property
    def _abnormal(self) -> str:
        return describe_test(self.abnormal)


AnyFinding = FindingByNorm | FindingByLocation | FindingByTest


COUNTED = {
    "at_visit": "by what is found at each visit",
    "by_visit": "at the visit or an earlier one",
    "ever": "at any visit",
}


@shape
class Score:
    """A value."""

    of: Annotated[Name, Ref("endpoint", SCORES + BINARY)] = key("Endpoint with the value.")
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
    )


@shape
class CompositeEvent(EndpointEntry):
    """Whether a rule over findings and scores is met."""

    findings: Distinct[BinaryEndpoint] = key(
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
        "Visits of the records: all (so where it is left out), after_baseline, or a list "
        "of labels.",
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
        scores = {
            name: f"{VALUES[score.value]}{labels.of(score.of)}"
            for name, score in self.parts.items()
        }
        named |= {name: plain(words) for name, words in scores.items()}
        yes = {*self.findings, *(n for n, s in self.parts.items() if s.of in labels.yes_no)}
        text = f"yes with {_told(self.event, named, yes)}, {COUNTED[self.counted]}. "
        text += f"Findings are: {labels.listed(self.findings, '; ')}"
        words = MISSING | {
            "any_finding": "missing where any finding is"
            + f", or where it hangs on a missing value of {' or '.join(scores.values())}"
            * bool(scores)
        }
        return f"{text}; {words[self.missing]}"


def _told(condition: Mapping[str, object], named: Named, yes: Collection[str]) -> str:
    """A rule read aloud: "at least 2 findings, or at least 1 finding and worse symptoms". A part
    that is either 1 or 0 (`yes`) and must be 1 is told by its label alone."""
    told = []
    for name, test in condition.items():
        if joins(name, test) and isinstance(test, list):
            parts = [_told(part, named, yes) for part in test]
            told.append(", or ".join(parts) if name == "any" else " and ".join(parts))
        elif name == "findings" and isinstance(test, Mapping) and [*test] == ["at_least"]:
            told.append(f"at least {test['at_least']} finding{'s' * (test['at_least'] != 1)}")
        elif name in yes and test == {"is": 1}:
            told.append(named[name][0])
        else:
            told.append(describe({name: test}, named))
    return " and ".join(told)


def _check_finding(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    _check_visits(files, name, entry)
    if entry.get("new") and entry.get("value", "value") != "value":
        found = f"new: true with value: {entry['value']}"
        expected = "one of them; a change already compares with the baseline"
        document.add((name, "new"), found, expected)
    if ("at_least" in entry) != ("missing" in entry):
        lacking = "missing" if "at_least" in entry else "at_least"
        document.add((name,), f"no {lacking}", "at_least and missing together")
    _check_locations(files, name, entry)
    if "norm" in entry:
        _check_norm(files, name, entry["norm"])


def _check_locations(files: Files, name: str, entry: Given) -> None:
    """Sides and locations of the endpoint with the values, and a rule where there are several."""
    of = files.derived.get(entry["of"])
    if of is None:
        return
    several = 1
    for axis, plural, records in (("side", "sides", "LAT"), ("location", "locations", "LOC")):
        labels = of.places.get(records, [])
        for position, label in enumerate(entry.get(plural, ())):
            known(
                files.endpoints, (name, plural, position), label, labels, f"a {axis} of the value"
            )
        several *= max(len(entry.get(plural, labels)), 1)
    if several > 1 and "at_least" not in entry:
        found = f"{several} sides and locations of {entry['of']} without a rule"
        expected = "at_least: how many of them must be abnormal, and missing"
        files.endpoints.add((name,), found, expected)


def _check_norm(files: Files, name: str, entry: Given) -> None:
    document, place = files.endpoints, (name, "norm")
    norms, problems = Norms.checked(files.at, entry["table"])
    for problem in problems:
        document.tell(problem)
    if problems:
        return
    groups = [group for group in norms.bands if group]
    if groups and "groups" not in entry:
        document.add(place, "no groups", f"a group for each location: {one_of(groups)}")
    for location, group in entry.get("groups", {}).items():
        known(document, (*place, "groups", location), group, groups, "a group of the table")
    aged = any(len(bands) > 1 for bands in norms.bands.values())
    if aged and "age" not in entry:
        document.add(place, "no age", "age: the subject variable with the age")


def _check_composite(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    for score, one in entry.get("scores", {}).items():
        place = (name, "scores", score)
        if score in (COUNT, *entry["findings"]):
            document.add(place, f"the name {score}", "a name that is not taken yet")
        changed = one["of"] in files.derived and one.get("value", "value") != "value"
        if changed and baseline(one["of"], files.derived.get) is None:
            document.add(place, f"{one['of']} without a baseline", "one with `baseline`")
    columns = {COUNT: AVAL} | dict.fromkeys([*entry["findings"], *entry.get("scores", {})], AVAL)
    check_condition(document, (name, "event"), entry["event"], columns, "a part of the composite")
    over = entry["counted"] in ("by_visit", "ever")
    if over != ("missing_visits" in entry):
        found = f"{tell(entry['counted'])} {'without' if over else 'with'} missing_visits"
        expected = "missing_visits with by_visit and ever, and only with them"
        document.add((name, "counted"), found, expected)
    _check_visits(files, name, entry)


def _check_visits(files: Files, name: str, entry: Given) -> None:
    """Visits that the parts have, at least one of them, and a baseline where it is asked for."""
    document = files.endpoints
    parts = [parent for parent in files.derived[name].entry.parents if parent in files.derived]
    labels = {label for part in parts for label in visit_labels(part, files.derived.get)}
    if isinstance(entry.get("visits"), list):
        for position, label in enumerate(entry["visits"]):
            known(document, (name, "visits", position), label, sorted(labels), "a visit")
    needs = entry.get("visits") == "after_baseline" or entry.get("new")
    needs = needs or entry.get("value", "value") != "value"
    if needs and parts and baseline(name, files.derived.get) is None:
        expected = "an endpoint with `baseline`, for new findings, changes and after_baseline"
        document.add((name,), f"no baseline of {one_of(parts)}", expected)
    elif labels and not chosen_visits(name, files.derived.get):
        document.add((name, "visits"), "no visit", "one visit or more")


ENTRIES = {
    "finding": AnyFinding,
    "composite_event": CompositeEvent,
}

CHECKS = {
    "finding": _check_finding,
    "composite_event": _check_composite,
}
