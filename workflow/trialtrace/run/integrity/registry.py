"""The items of the IPD Integrity Tool, and the checks that decide them.

Hunter et al., Res Synth Methods 2024;15:917, doi 10.1002/jrsm.1738. Items M1 to M3 are of central
statistical monitoring (ICH E6(R3), 3.11.4; Buyse et al., Stat Med 1999;18:3435), which the tool
lacks.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from trialtrace.run.integrity import (
    agreement,
    allocation,
    baseline,
    carried,
    dates,
    digits,
    identifiers,
    misplaced,
    ordered,
    outcomes,
    repeats,
    sites,
    values,
)
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import Look


@dataclass(frozen=True)
class Item:
    """An item: its domain, what it asks, and what it needs declared where that is more than arms
    and columns."""

    number: str
    domain: str
    question: str
    needs: str = ""


PATTERNS = "Unusual or repeated data patterns"
ENTRY, ALLOCATION = "Baseline characteristics", "Patterns of allocation"
MONITORING = "Central statistical monitoring"
MILESTONES = "subjects.milestones in trial.yaml"
ITEMS = (
    Item("1.1", PATTERNS, "Do values repeat within a column?"),
    Item("1.2", PATTERNS, "Do values repeat across columns, in several patients?"),
    Item("1.3", PATTERNS, "Do they repeat in patients with a rare outcome?", "a rare outcome"),
    Item("1.4", PATTERNS, "Are some last digits too frequent?"),
    Item("2.1", ENTRY, "Does a yes or no at entry come in too few or too many runs?"),
    Item("2.2", ENTRY, "Do the means of numbers at entry differ between the arms?"),
    Item("2.3", ENTRY, "Do the shares of codes at entry differ between the arms?"),
    Item("2.4", ENTRY, "Do numbers at entry spread differently in the arms?"),
    Item(
        "3.1",
        "Correlations",
        "Do numbers go together that should?",
        "subjects.correlated in trial.yaml",
    ),
    Item(
        "4.1",
        "Date violations",
        "Was everyone randomised within the days of enrolment?",
        f"enrolment and {MILESTONES}",
    ),
    Item("4.2", "Date violations", "Are dates and visits in order?", MILESTONES),
    Item("5.1", ALLOCATION, "Does the allocation go with the day of entry or the site?"),
    Item("5.2", ALLOCATION, "Do the arms come in random order?"),
    Item("5.3", ALLOCATION, "Were patients randomised on the expected weekdays?", MILESTONES),
    Item("6.1", "Internal inconsistencies", "Are the values of a patient consistent?"),
    Item(
        "7.1",
        "External inconsistencies",
        "Do the data agree with the publication?",
        "claims.yaml, and a run",
    ),
    Item("8.1", "Plausibility", "Are values missing too seldom, or unequally?"),
    Item("8.2", "Plausibility", "Are the event rates plausible?"),
    Item("M1", MONITORING, "Is a column sorted, or slipped by rows?"),
    Item("M2", MONITORING, "Is a site, a visit or a part of the file unlike the others?"),
    Item("M3", MONITORING, "Are patients, visits or rows missing from the file?"),
)


@dataclass(frozen=True)
class Check:
    """A check: its name and item, what it does, what to ask about a flag."""

    name: str
    item: str
    title: str
    ask: str
    looks: Callable[[Export], Iterator[Look]]


_ALL = (
    Check("blocks", "1.1", "Runs of values that stand twice in a column",
          "Were rows pasted?", repeats.blocks),
    Check("filled", "1.1", "One value, or one step, in row after row",
          "Was a cell filled down?", repeats.filled),
    Check("carried", "1.1", "Values carried from visit to visit, or midway between visits",
          "Were values carried forward or interpolated?", carried.looks),
    Check("patients", "1.2", "Patients who are equal at entry",
          "Is a patient there twice?", repeats.patients),
    Check("rare", "1.3", "Patients with a rare outcome who are equal at entry",
          "Is a patient there twice?", repeats.with_rare_event),
    Check("digits", "1.4", "Last digits of numbers",
          "How were the numbers read?", digits.looks),
    Check("runs", "2.1", "Runs of a yes or no at entry, in the order of entry or of rows",
          "Is the file sorted by it?", baseline.runs),
    Check("means", "2.2", "Means at entry between the arms, row by row",
          "Is a baseline another visit, or the allocation not random?", baseline.means),
    Check("shares", "2.3", "Shares at entry between the arms, row by row",
          "Is the allocation not random?", baseline.shares),
    Check("variances", "2.4", "Spread at entry between the arms, row by row",
          "Do the arms come from one source?", baseline.spreads),
    Check("correlations", "3.1", "Declared correlations",
          "Do the values belong to these patients?", baseline.correlations),
    Check("enrolment", "4.1", "Randomisation within the days of enrolment",
          "Which of the days is right?", dates.enrolment),
    Check("order", "4.2", "Milestones and visits in their order",
          "Which of the dates is right?", dates.order),
    Check("steps", "4.2", "Dates that are off by a calendar, a year, or day and month",
          "How did the dates enter the file?", dates.steps),
    Check("by_day", "5.1", "Arms by site and by day of entry",
          "How were patients allocated?", allocation.by_site),
    Check("allocation", "5.2", "Runs of the arms in the order of entry, and blocks",
          "How were patients allocated?", allocation.order),
    Check("weekdays", "5.3", "Arms by weekday of entry, and weekends",
          "Was the clinic open on these days?", allocation.weekdays),
    Check("agreement", "6.1", "Values of a patient in several tables or rows, age against birth",
          "Which of the values is right?", agreement.looks),
    Check("far", "6.1", "Values that stand alone",
          "Is it a slip, or another unit?", values.far),
    Check("codes", "6.1", "Numbers that may be codes for missing values",
          "Is the value missing?", values.codes),
    Check("missing", "8.1", "Missing outcomes by arm",
          "Why are they missing?", outcomes.missing),
    Check("constants", "8.1", "One value for all",
          "Was the column overwritten, or a choice lost?", values.constants),
    Check("events", "8.2", "Events that all or none of an arm have",
          "Is the coding right?", outcomes.events),
    Check("ordered", "M1", "A column, or a part of it, that stands sorted",
          "Was it sorted without the other columns?", ordered.looks),
    Check("misplaced", "M1", "Values that go with another patient",
          "Has the column slipped?", misplaced.looks),
    Check("levels", "M2", "Level of numbers by site, place in the file, and visit",
          "Is the file sorted, or the unit another?", sites.levels),
    Check("spreads", "M2", "Spread of numbers by site",
          "Who measured there?", sites.spreads),
    Check("codings", "M2", "Codes of a site, and measures that go against themselves",
          "Is it coded in another way?", sites.codings),
    Check("identifiers", "M3", "Numbers of patients",
          "Which patients are not in the file?", identifiers.looks),
    Check("visits", "M3", "Visits that a site lacks, and a table that ends before the others",
          "Is the table of an earlier day?", sites.visits),
)  # fmt: skip
CHECKS = {check.name: check for check in _ALL}
AT_ENTRY = tuple(check for check in _ALL if check.item.startswith("2."))
"""Checks of what the plan shows at entry, which the stage that derives endpoints does not know."""
OF_ROWS = tuple(check for check in _ALL if check not in AT_ENTRY)


def look_at(export: Export, checks: Iterable[Check] = _ALL) -> list[Look]:
    """Every look of the checks."""
    return [replace(look, check=check.name) for check in checks for look in check.looks(export)]
