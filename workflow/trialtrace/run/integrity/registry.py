"""The checks, in the order in which they are told."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from trialtrace.run.integrity import (
    agreement,
    allocation,
    balance,
    blocks,
    breaks,
    carried,
    codings,
    contacts,
    copied,
    correlations,
    correspondence,
    cuts,
    digits,
    dragged,
    duplicates,
    empty,
    ends,
    exchanged,
    factors,
    far,
    filled,
    formulas,
    groups,
    identifiers,
    intervals,
    labels,
    meanings,
    misplaced,
    neighbours,
    ordered,
    records,
    rounded,
    runs,
    sequence,
    sites,
    status,
    sums,
    thresholds,
    turned,
    values,
    weekdays,
)
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import Look


@dataclass(frozen=True)
class Check:
    """What a check is called, and what it looks at.

    `weight` is the share of page 1 that it takes: more where a slip in few rows is just beyond
    chance, less where one that is there is far beyond it.
    """

    name: str
    title: str
    looks: Callable[[Export], Iterator[Look]]
    weight: float = 1.0


# Checks that compare arms, or find habits of people and of measures: for the section on the data
# alone.
IN_SECTION = (
    Check(
        "balance",
        "What is known at entry between the arms: too alike, too different",
        balance.looks,
    ),
    Check("digits", "Last digits of numbers", digits.looks),
    Check("weekdays", "Weekends and holidays among the dates", weekdays.looks),
    Check(
        "correlations",
        "Correlations that are too weak, or differ between sites",
        correlations.looks,
    ),
)
# Checks of rows, and of the allocation: what is unusual is told on page 1 too.
OF_ROWS = (
    Check(
        "allocation",
        "Arms against the day, weekday and site of entry, and their order",
        allocation.looks,
        2.0,
    ),
    Check("intervals", "Dates against dates", intervals.looks),
    Check("contacts", "Visits and values after the last contact", contacts.looks, 2.0),
    Check("late", "Last contacts that come too late", contacts.late),
    Check("labels", "Labels of visits against their days", labels.looks, 0.25),
    Check("meanings", "What codes are called against other columns", meanings.looks),
    Check("sequence", "Dates against their order", sequence.looks, 2.0),
    Check("rest_days", "Dates a day beside the working days of others", weekdays.rest_days, 0.25),
    Check("ends", "Contacts or events of an older cut", ends.looks),
    Check("status", "Who had an event and who had none, exchanged", status.looks, 0.25),
    Check("cuts", "A table that ends before the others", cuts.looks, 2.0),
    Check("numbering", "Numbers of occurrences that are not there", sequence.numbering),
    Check("identifiers", "Numbers of patients", identifiers.looks),
    Check(
        "agreement",
        "What tables, or columns of one, say of the same patients",
        agreement.looks,
        0.25,
    ),
    Check(
        "correspondence",
        "Two columns of codes that say the same",
        correspondence.looks,
        0.25,
    ),
    Check("filled", "A column that is filled where a code says so", filled.looks, 0.25),
    Check("thresholds", "A yes or no that a number of its row decides", thresholds.looks, 0.25),
    Check("formulas", "Numbers that are made of two others", formulas.looks, 0.25),
    Check("sums", "Totals of three columns or more", sums.looks, 0.25),
    Check("added", "A code for missing in totals", sums.of_missing_parts, 0.25),
    Check("ordered", "A column that is sorted while its rows are not", ordered.looks, 0.25),
    Check("misplaced", "Values that stand with another patient", misplaced.looks, 2.0),
    Check("neighbours", "Dates that fit another patient", neighbours.looks, 0.25),
    Check("totals", "A row that is the sum, or the mean, of all others", values.totals, 0.25),
    Check("far", "Values that stand alone", far.looks),
    Check("groups", "Values in two groups far apart", groups.looks, 0.25),
    Check("codes", "A number that may be a code for missing", values.codes),
    Check("lone", "Numbers in rows that have nothing else", values.lone),
    Check("possible", "Values that nobody can have", values.possible, 0.25),
    Check("constants", "One value for all", values.constants, 0.25),
    Check("empty", "A column that nobody of a place or a time has", empty.looks, 0.25),
    Check("breaks", "Another level at one site, or from one day or row on", breaks.looks),
    Check("rounded", "Coarser numbers in a part", rounded.looks, 0.25),
    Check("codings", "Another coding at one site or visit", codings.looks, 2.0),
    Check("turned", "A scale turned round at one site", turned.looks),
    Check("factors", "A visit in another unit", factors.looks),
    Check("exchanged", "Two numbers exchanged at a visit", exchanged.looks, 0.25),
    Check("reversed", "A baseline and a later visit exchanged", exchanged.of_groups, 2.0),
    Check("sites", "Spread and nearness to the centre by site", sites.looks),
    Check("carried", "Values midway between their neighbours, or carried forward", carried.looks),
    Check("copied", "The visit before in patient after patient", copied.looks, 0.25),
    Check("duplicates", "Patients who are nearly the same", duplicates.looks),
    Check("records", "Records of two patients that are the same", records.looks),
    Check("runs", "One value in row after row", runs.looks, 0.25),
    Check("dragged", "Equal steps, or one answer, in row after row", dragged.looks, 0.25),
    Check("blocks", "Runs of values that stand twice in a column", blocks.looks),
)
CHECKS = {check.name: check for check in (*IN_SECTION, *OF_ROWS)}
WEIGHTS = {check.name: check.weight for check in CHECKS.values()}


def look_at(export: Export, checks: Iterable[Check] = tuple(CHECKS.values())) -> list[Look]:
    """Every look of the checks."""
    return [replace(look, check=check.name) for check in checks for look in check.looks(export)]
