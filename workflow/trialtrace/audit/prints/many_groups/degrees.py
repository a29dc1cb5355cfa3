"""Degrees of freedom of χ² of counts, of the Kruskal-Wallis test and of an adjusted F.

Pearson's χ² of k groups and c categories has (k − 1)(c − 1) degrees of freedom, and no χ² of that
table more; fewer has a test for trend, so that they contradict only where the statistic itself is
Pearson's. The Kruskal-Wallis statistic of k groups has k − 1. An analysis of covariance of N
patients in k groups has at most N − k − 1 within groups, since a covariate takes one; far more are
those of several values a patient.
Sources: Pearson 1900, Fisher 1922, Kruskal and Wallis 1952. Oracle: scipy's chi2_contingency and
kruskal.
"""

import re
from collections.abc import Iterator

import numpy as np

from trialtrace.audit.ledger.claim import FAMILIES, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.many_groups.group_statistics import repeated
from trialtrace.audit.prints.two_groups.count_tests import all_counted
from trialtrace.audit.relations.ranges import prints
from trialtrace.audit.relations.wording import NOT_CHECKED
from trialtrace.stats.categorical.r_by_c_tests import chi_squared_table
from trialtrace.stats.results import StatsError

RANKS = re.compile(r"kruskal", re.IGNORECASE)
PEARSON = ("chi_squared", "chi_squared_corrected")
LEAST_DIGITS = 3
"""How many digits of a statistic make it Pearson's where no test is named."""


@checks(
    "degrees of freedom: of χ² of k groups and c categories (k − 1)(c − 1), where the statistic is "
    "Pearson's or there are more; of the Kruskal-Wallis test k − 1 (a remark where it is not named "
    "and the groups have medians); of an adjusted F of N patients at most N − k − 1 within groups "
    "(a remark above N, as of several values a patient)",
    {
        "degrees.counts": "Degrees of freedom of χ², and the groups and categories of its counts.",
        "degrees.ranks": "Degrees of freedom of the Kruskal-Wallis test, and its groups.",
        "degrees.adjusted": "Degrees of freedom of an adjusted F, and the patients.",
    },
    of_sizes=("degrees.counts", "degrees.adjusted"),
)
def check_degrees(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        statistic, degrees = entry.parts.get("statistic"), entry.parts.get("df1")
        if statistic is None or degrees is None or degrees.places > 0:
            continue
        if not entry.about.compared or entry.about.versus or entry.about.correction is not None:
            continue
        if ledger.patients_of_every_group is not None or repeated(ledger, entry):
            continue
        if statistic.symbol == "f":
            yield from _adjusted(ledger, entry)
        elif statistic.symbol == CHI_SQUARED and (counts := _table(ledger, entry)) is not None:
            yield from _of_counts(entry, *counts)
        elif statistic.symbol == CHI_SQUARED:
            yield from _of_ranks(ledger, entry)


def _table(ledger: Ledger, entry: Claim) -> tuple[tuple[str, ...], np.ndarray] | None:
    """The claims and the counts of all groups: of one event, or of categories of all patients."""
    if known := all_counted(ledger, entry):
        rows = [[x, n - x] for _, (x, n) in known]
        return tuple(claim.name for claim, _ in known), np.array(rows, dtype=np.int64)
    every = [
        {
            claim.about.category: claim
            for claim in ledger.categories.get((*entry.about.cell, group), ())
        }
        for group in ledger.compared_groups(entry)
    ]
    categories = {tuple(sorted(map(str, row))) for row in every}
    if entry.about.category is not None or len(categories) != 1:
        return None
    names = list(every[0])
    counts = [[row[name].whole_count for name in names] for row in every]
    if len(names) < 2 or any(count is None for line in counts for count in line):
        return None
    sizes = [ledger.size(row[names[0]]) for row in every]
    table = np.array(counts, dtype=np.int64)
    if [int(total) for total in table.sum(axis=1)] != sizes:
        return None
    claims = tuple(claim.name for row in every for claim in row.values())
    return claims, table[:, table.any(axis=0)]


def _of_counts(entry: Claim, names: tuple[str, ...], table: np.ndarray) -> Iterator[Finding]:
    statistic, degrees = entry.parts["statistic"], int(entry.parts["df1"].value or 0)
    groups, categories = table.shape
    most = (groups - 1) * (categories - 1)
    try:
        value = float(chi_squared_table(table).statistic)
    except StatsError:
        return
    if degrees == most:
        return
    many = sum(char.isdigit() for char in statistic.number) >= LEAST_DIGITS
    text = f"A χ² of {groups} groups and {categories} categories has {most} degrees of freedom"
    if prints(statistic, value) and (many or entry.about.test in PEARSON):
        text += f", and {statistic.text} is that of these counts; printed are {degrees}."
    elif degrees > most and entry.basis is None and entry.about.test in PEARSON:
        text += f", and none of these counts more; printed are {degrees}."
    else:
        return
    yield Finding("degrees.counts", entry.name, "df1", INCONSISTENT, text, names)


def _of_ranks(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """χ² of the Kruskal-Wallis test, as it is called, or as the groups' medians suggest."""
    groups, degrees = ledger.compared_groups(entry), int(entry.parts["df1"].value or 0)
    named = RANKS.search(f"{entry.label} {entry.printed}") is not None
    found = [next(filter(_is_median, ledger.beside(entry, group)), None) for group in groups]
    medians = [claim for claim in found if claim is not None]
    if len(groups) < 2 or (not named and len(medians) < len(groups)) or entry.basis is not None:
        return
    if not named and entry.about.test not in (None, "other", "mann_whitney"):
        return
    most, agreement = len(groups) - 1, COMPATIBLE
    text = f"The Kruskal-Wallis test of {len(groups)} groups has {most} degrees of freedom"
    text += f"; printed are {degrees}." if degrees != most else ", as printed."
    if degrees != most:
        agreement = INCONSISTENT if named else DOUBT
        text = text if named else f"{NOT_CHECKED} is it another test? {text}"
    yield verdict("degrees.ranks", entry, "df1", agreement, text, medians)


def _is_median(entry: Claim) -> bool:
    value = entry.parts.get("value")
    return value is not None and (value.symbol == "median" or "quartile_low" in entry.parts)


def _adjusted(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    designs, within = set(entry.about.design or ()), entry.parts.get("df2")
    groups = ledger.compared_groups(entry)
    if "adjusted" not in designs or not designs <= {"adjusted", *FAMILIES}:
        return
    if within is None or within.places > 0 or set(groups) != set(ledger.apart):
        return
    sizes = [ledger.size_of(entry, group) for group in groups]
    n, k, df = sum(size or 0 for size in sizes), len(groups), int(within.value or 0)
    if None in sizes or entry.parts["df1"].value != k - 1:
        return
    most, agreement = n - k - 1, COMPATIBLE
    text = f"An adjusted analysis of {n} patients in {k} groups has at most {n} − {k} − 1 = {most} "
    text += "degrees of freedom within them"
    text += f"; {df} fit." if df <= most else f"; printed are {df}."
    if df > n:
        agreement = DOUBT
        text = f"{NOT_CHECKED} are there several values a patient? {text}"
    elif df > most:
        agreement = INCONSISTENT
    yield verdict("degrees.adjusted", entry, within, agreement, text)
