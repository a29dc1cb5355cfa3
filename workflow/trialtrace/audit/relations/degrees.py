"""Degrees of freedom: of groups and tables, and the designs and effects that have them."""

import re
from collections.abc import Iterator

import numpy as np

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.relations.engine import Case, relation
from trialtrace.audit.relations.ranges import Span, ends_of, prints
from trialtrace.audit.relations.shapes import all_counted, has_visits, samples, sizes_of
from trialtrace.audit.relations.solvers.factorial import (
    CELLS,
    SIGNS,
    analyses,
    effects,
    explained,
    taken,
)
from trialtrace.audit.relations.statistics import of_groups, statistics, value_of
from trialtrace.audit.relations.wording import listed, span_text
from trialtrace.stats.categorical.r_by_c_tests import chi_squared_table
from trialtrace.stats.results import StatsError

INTERACTION = re.compile(r"\binteractions?\b|\w ?\N{MULTIPLICATION SIGN} ?\w", re.IGNORECASE)
PEARSON = ("chi_squared", "chi_squared_corrected")
LEAST_DIGITS, MOST_EFFECTS = 3, 4


WHAT_DF = "Which test, of how many patients, has these degrees of freedom?"


@relation("statistic.sizes", WHAT_DF, of_sizes=True)
def degrees_of_sizes(ledger: Ledger) -> Iterator[Case]:
    """Degrees of freedom, and the sizes of the groups."""
    for entry, part in of_groups(ledger, "t", "f"):
        found = [ledger.size_of(entry, group) for group in ledger.compared_groups(entry)]
        sizes = [n for n in found if n is not None and n > 1]
        if len(sizes) < len(found) or len(sizes) < 2 or entry.basis or has_visits(ledger, entry):
            continue
        k, most = len(sizes), sum(sizes) - len(sizes)
        df1, df2 = entry.parts.get("df1"), entry.parts.get("df2")
        told = listed([str(n) for n in sizes])
        both = part.symbol == "f" and df1 is not None and df2 is not None and df1.places <= 0
        if both and df1 is not None and df1.value == k and df2 is not None and df2.value == most:
            text = f"{k} groups have {k - 1} degrees of freedom between them beside {df2.text}"
            yield Case(entry, "df1", False, text)
        name = "df1" if part.symbol == "t" and k == 2 else "df2"
        if part.symbol == "f" and (df1 is None or df1.value != k - 1):
            continue
        within = entry.parts.get(name)
        if within is None or (part.symbol == "t" and k != 2):
            continue
        low = ends_of(within).low if within.places > 0 else float(within.value or 0)
        unsure = part.symbol == "f" and entry.about.test is None
        text = f"Groups of {told} patients have {most} degrees of freedom within them"
        yield Case(entry, name, low <= most, text, excuse="other_test" if unsure else None)


@relation("degrees.counts", WHAT_DF, of_sizes=True)
def degrees_of_counts(ledger: Ledger) -> Iterator[Case]:
    """Degrees of freedom of χ², and the groups and categories of its counts."""
    for entry, part in of_groups(ledger, CHI_SQUARED):
        degrees = entry.parts.get("df1")
        found = _table(ledger, entry)
        if degrees is None or degrees.places > 0 or entry.about.versus or found is None:
            continue
        claims, table = found
        try:
            value = float(chi_squared_table(table).statistic)
        except StatsError:
            continue
        groups, categories = table.shape
        most = (groups - 1) * (categories - 1)
        many = sum(char.isdigit() for char in part.number) >= LEAST_DIGITS
        own = prints(part, value) and (many or entry.about.test in PEARSON)
        beyond = (degrees.value or 0) > most and not entry.basis and entry.about.test in PEARSON
        if own or beyond:
            text = f"A χ² of {groups} groups and {categories} categories has {most} degrees of "
            text += "freedom"
            yield Case(entry, "df1", float(most), text, claims)


def _table(ledger: Ledger, entry: Claim) -> tuple[tuple[Claim, ...], np.ndarray] | None:
    """The claims and the counts of all groups: of one event, or of categories of all patients."""
    if known := all_counted(ledger, entry):
        rows = [[x, n - x] for _, (x, n) in known]
        return tuple(claim for claim, _ in known), np.array(rows, dtype=np.int64)
    from trialtrace.audit.relations.count_tests import table_of_categories

    found = table_of_categories(ledger, entry) if entry.about.category is None else None
    if found is None:
        return None
    claims, counts = found
    table, width = np.array(counts, dtype=np.int64), len(counts[0])
    sizes = [ledger.size(claims[k * width]) for k in range(len(counts))]
    if [int(total) for total in table.sum(axis=1)] != sizes:
        return None
    return tuple(claims), table[:, table.any(axis=0)]


# --- designs ------------------------------------------------------------------------------------


@relation("statistic.design", "Which effect, of which design, does this F test?")
def designs(ledger: Ledger) -> Iterator[Case]:
    """The designs that have the printed degrees of freedom."""
    for entry, df1, df2 in _whole_degrees(ledger):
        if df2 % df1 or _one_way(ledger, entry, df1, df2):
            continue
        n, cells, patients = df2 // df1 + 1, df1 + 1, ledger.patients_of_every_group
        text = f"{df2} = {df1} × {n - 1} fits {n} subjects with {cells} visits or conditions each"
        conditions = len(ledger.apart)
        if patients is None:
            text += f" and no factor between subjects, and {n + 1} in two groups."
        else:
            text += ". " + _readings(conditions, df1, df2, n)
        fit = patients is None
        if fit:
            yield Case(entry, "df2", True, text)
        else:
            yield Case(entry, "df2", False, text, excuse="open")


def _whole_degrees(ledger: Ledger) -> Iterator[tuple[Claim, int, int]]:
    for entry, _ in statistics(ledger, "f"):
        df1, df2 = value_of(entry, "df1"), value_of(entry, "df2")
        if df1 and df2 and df1 > 1 and df1 == int(df1) and df2 == int(df2):
            yield entry, int(df1), int(df2)


def _one_way(ledger: Ledger, entry: Claim, df1: int, df2: int) -> bool:
    groups = ledger.compared_groups(entry)
    known = [n for group in groups if (n := ledger.size_of(entry, group)) is not None]
    one = len(known) == len(groups) == df1 + 1 and sum(known) - len(known) == df2
    return one and not ledger.patients_of_every_group


def _readings(conditions: int, df1: int, df2: int, n: int) -> str:
    """The readings of F where each subject is treated under every condition."""
    cells, found = df1 + 1, []
    if cells % conditions == 0 and cells > conditions:
        visits = cells // conditions
        found.append(f"{conditions} conditions by {visits} visits taken as one factor of {cells}")
    if conditions > 1 and df1 % (conditions - 1) == 0:
        visits = df1 // (conditions - 1) + 1
        more = " or the effect of visits" if visits == cells else ""
        found.append(f"{conditions} conditions by {visits} visits: their interaction{more}")
    found.append(f"{cells} visits under one condition")
    few = conditions - 1
    named = "; ".join(f"({letter}) {one}" for letter, one in zip("abc", found, strict=False))
    return (
        f"It may be {named}. Only the interaction tests the treatment; the others can be large "
        f"from change over time alone. With two visits it is F({few}, {few * (n - 1)}), whose p "
        f"does not follow from F({df1}, {df2}); with a factor of two levels between subjects it "
        f"would be F({df1}, {df1 * (n - 2)})."
    )


@relation("statistic.effects", "Which effect, of which design, does this F test?")
def effects_of_visits(ledger: Ledger) -> Iterator[Case]:
    """The degrees of freedom of F, and the printed groups and visits."""
    for entry, df1, df2 in _whole_degrees(ledger):
        groups = ledger.compared_groups(entry)
        cells = [_at_visits(ledger, entry, group) for group in groups]
        visits = {tuple(sorted(cell)) for cell in cells}
        if len(groups) < 2 or len(visits) != 1 or len(v := visits.pop()) < 3:
            continue
        sizes = [{ledger.size(claim) for claim in cell.values()} for cell in cells]
        known = [n for own in sizes if len(own) == 1 for n in own if n is not None]
        g, of, n = len(groups), len(v), sum(known)
        if len(known) < g or df2 != (n - g) * (of - 1):
            continue
        fit = any(df1 == k * by for by in (1, g - 1, g) for k in range(1, of + 1))
        text = f"{df2} is the error within {n} patients of {g} groups at {of} visits, which have "
        text += f"{of - 1} degrees of freedom, and groups by visits {(g - 1) * (of - 1)}"
        beside = tuple(claim for cell in cells for claim in cell.values())
        yield Case(entry, "df1", fit, text, beside)


def _at_visits(ledger: Ledger, entry: Claim, group: str) -> dict[str, Claim]:
    same = (entry.about.outcome, entry.about.population, entry.about.stratum)
    return {
        claim.about.visit: claim
        for claim in ledger.of_group()
        if claim.about.group == group and "value" in claim.parts and not claim.about.change
        if claim.about.visit and claim.about.category is None and claim.about.size is None
        if (claim.about.outcome, claim.about.population, claim.about.stratum) == same
    }


@relation(
    "statistic.factorial", "Which effect, by which sums of squares, is this F of?", of_sizes=True
)
def factorial(ledger: Ledger) -> Iterator[Case]:
    """F, and the effects of a two-by-two design on the printed means.

    F of one degree of freedom over four groups: the effects of a two-by-two design.
    """
    for entry, _ in of_groups(ledger, "f"):
        found = samples(ledger, entry)
        if value_of(entry, "df1") != 1 or found is None or len(found.claims) != CELLS:
            continue
        sizes, within = sizes_of(ledger, found.claims), value_of(entry, "df2")
        if sizes is None:
            continue
        spreads = [Span(max(low, 0.0), high) for low, high in found.spreads]
        spans = effects(found.means, spreads, sizes)
        others = _other_effects(ledger, entry)
        every = [entry, *others] if len(others) < MOST_EFFECTS else [entry]
        known = _interaction(ledger, ledger.compared_groups(entry))
        parts = [claim.parts["statistic"] for claim in every]
        called = [
            bool(one.about.versus) or INTERACTION.search(one.label) is not None for one in every
        ]
        kinds = analyses([known] if known is not None else range(len(SIGNS)))
        cells = [way for one in kinds for way in explained(parts, called, one, spans)]
        most = max(taken(way) for way in cells)
        fit = all(way[0] is not None for way in cells if taken(way) == most)
        told = listed([span_text(f"{end:.2f}" for end in span) for span in spans[:3]])
        excuse = None
        if entry.basis is not None:
            excuse = "model"
        elif within is None or within != sum(sizes) - CELLS:
            excuse = "other_patients"
        elif entry.about.test != "anova" and not others:
            excuse = "unnamed_test"
        text = f"The three effects of a two-by-two design on these means have F of {told}"
        beside = (*found.claims, *(every[1:] if not fit else ()))
        yield Case(entry, "statistic", fit, text, beside, excuse=excuse)  # fmt: skip


def _interaction(ledger: Ledger, groups: tuple[str, ...]) -> int | None:
    """Which contrast is the interaction: levels (`of` of groups) tell."""
    pairs = [{groups[i] for i in range(CELLS) if signs[i] > 0} for signs in SIGNS]
    levels = [set(group.of) for group in ledger.groups.values() if group.of]
    crossed = [any(level in (pair, {*groups} - pair) for level in levels) for pair in pairs]
    return crossed.index(False) if sum(crossed) == CELLS // 2 else None


def _other_effects(ledger: Ledger, entry: Claim) -> list[Claim]:
    """Other effects of one degree of freedom that are printed of the same groups."""
    return [
        claim
        for claim in ledger.comparisons[entry.about.cell]
        if claim.has("statistic", "df1") and claim.name != entry.name
        if sorted(claim.about.compared) == sorted(entry.about.compared)
        if claim.about.correction is None and claim.parts["statistic"].symbol == "f"
        if value_of(claim, "df1") == 1 and value_of(claim, "df2") == value_of(entry, "df2")
        if claim.basis == entry.basis
    ]
