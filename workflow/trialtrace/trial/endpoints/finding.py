"""A finding: abnormal by a norm or a test."""

from __future__ import annotations

from trialtrace.config.spec import Distinct, Filled, key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint, MissingItems, VisitChoice
from trialtrace.trial.words import AnalysedValue, Name, Test, VisitLabel, Words


@shape
class Norm:
    """Normal values: outside them a value is abnormal."""

    table: Name = key(
        "Table of norms: config/norms/<name>.csv with group, age_to, normal_from, "
        "normal_to, verified, source."
    )
    age: Name | None = optional(
        "Subject variable with the age in years; needed where the table has ages."
    )
    groups: Filled[Words, Words] | None = optional(
        "Label of a location to its group in the table; needed where the table has groups."
    )


@shape(by="norm")
class FindingByNorm(Endpoint):
    """A finding by a norm."""

    of: Name = key("Endpoint with the values (measure, repeated, a scale of an instrument).")
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
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
        minimum=1,
    )
    missing: MissingItems | None = optional(
        "Needed where there are several sides or locations. any_missing: the outcome is "
        "missing where any part is; undecided: only where the unknown parts could change "
        "it; measured: unknown parts count as absent."
    )
    visits: VisitChoice | Distinct[VisitLabel] | None = optional(
        (
            "Visits of the records: all (so where it is left out), after_baseline, or a list "
            "of labels."
        ),
        expected="all, after_baseline, or a list of labels of visits",
    )
    norm: Norm = key("Normal values: outside them a value is abnormal.")


@shape(by="abnormal_by_location")
class FindingByLocation(Endpoint):
    """A finding by a test for each location."""

    of: Name = key("Endpoint with the values (measure, repeated, a scale of an instrument).")
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
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
        minimum=1,
    )
    missing: MissingItems | None = optional(
        "Needed where there are several sides or locations. any_missing: the outcome is "
        "missing where any part is; undecided: only where the unknown parts could change "
        "it; measured: unknown parts count as absent."
    )
    visits: VisitChoice | Distinct[VisitLabel] | None = optional(
        (
            "Visits of the records: all (so where it is left out), after_baseline, or a list "
            "of labels."
        ),
        expected="all, after_baseline, or a list of labels of visits",
    )
    abnormal_by_location: Filled[Words, Test] = key(
        "Label of a location to the test of an abnormal value there."
    )


@shape
class FindingByTest(Endpoint):
    """A finding by a test."""

    of: Name = key("Endpoint with the values (measure, repeated, a scale of an instrument).")
    value: AnalysedValue | None = optional(
        "What is tested: the value (so where it is left out), its change from baseline, "
        "or that in percent of the baseline."
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
        minimum=1,
    )
    missing: MissingItems | None = optional(
        "Needed where there are several sides or locations. any_missing: the outcome is "
        "missing where any part is; undecided: only where the unknown parts could change "
        "it; measured: unknown parts count as absent."
    )
    visits: VisitChoice | Distinct[VisitLabel] | None = optional(
        (
            "Visits of the records: all (so where it is left out), after_baseline, or a list "
            "of labels."
        ),
        expected="all, after_baseline, or a list of labels of visits",
    )
    abnormal: Test = key("Test of an abnormal value, such as {below: 4}.")


ENTRY = FindingByNorm | FindingByLocation | FindingByTest
