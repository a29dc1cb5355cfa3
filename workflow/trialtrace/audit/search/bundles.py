"""The bundles of a ledger: printed values that no stated choice gave, with their candidates."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import inf, isfinite

import numpy as np

from trialtrace.audit.candidates.coincidence import Family, Spans, Target, Window
from trialtrace.audit.candidates.grid import (
    ROUNDINGS,
    TIERS,
    UP,
    Size,
    departures,
    grid,
    p_families,
    share_families,
    tabulated,
)
from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import ALTERNATIVE, INCONSISTENT
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.shared import two_groups
from trialtrace.audit.relations.ranges import as_range, ends_of
from trialtrace.audit.relations.solvers.possible_counts import counts_by_size
from trialtrace.audit.search.comparisons import Table, comparison_families, mean_families
from trialtrace.audit.search.search import Bundle
from trialtrace.audit.summaries.percentages import counts_for_percentage

# Candidates for a number needed to treat: of counts, of rounded numbers, of a ratio.
# With a control risk p an odds ratio r gives the treated risk r p / (1 - p + r p), a risk ratio r
# p, and a hazard ratio 1 - (1 - p)^r; the number needed is 1 over the difference to p. Sources:
# Cochrane Handbook 15.4.4 (odds and risk ratio); Altman and Andersen, BMJ 1999;319:1492 (hazard
# ratio).

WAYS = ROUNDINGS | {UP: 1}
"""A number needed is usually rounded up to the next patient."""
TREATED: dict[str, Callable[[float, float], float]] = {
    "odds_ratio": lambda ratio, p: ratio * p / (1 - p + ratio * p),
    "risk_ratio": lambda ratio, p: ratio * p,
    "hazard_ratio": lambda ratio, p: 1 - (1 - p) ** ratio,
}
"""The risk of the treated, by the measure of a ratio and the risk of the control group."""
Ratio = tuple[str, float, float]
"""A measure, and the least and greatest ratio that print so."""


def of_ratio(measure: str, ratio: float, risk: float) -> float:
    """The size of the number needed of a ratio and a control risk; infinite where nothing differs.

    >>> round(of_ratio("odds_ratio", 0.5, 0.2), 2)
    11.25
    """
    difference = abs(TREATED[measure](ratio, risk) - risk)
    return 1 / difference if difference else inf


def needed_families(
    tables: Sequence[Table],
    values: Mapping[str, float],
    ratios: Mapping[str, Ratio],
    risks: Mapping[str, float],
    unit: Fraction,
) -> Iterator[Family]:
    """Families of a number needed, whatever its sign.

    `values` are numbers needed of other printed numbers, such as the rounded percentages; `ratios`
    printed ratios, by their words; `risks` those of the control group, by theirs.
    """
    names, tiers = [name for name, _, _ in tables], [tier for _, tier, _ in tables]
    families = [two_groups.estimate("number_needed_to_treat", table) for _, _, table in tables]
    counted = np.abs(np.array([np.nan if family is None else family for family in families]))
    for rounding, other in WAYS.items():
        told = "" if other == 1 else f", {rounding}"
        choices = tabulated(names, tiers, counted, [unit], rounding)
        yield Family(f"1 over the difference{told}", other, (choices,), departures(other))
        for name, value in values.items():
            choices = tabulated([name], [1], [value], [unit], rounding)
            many = departures(2, other)
            yield Family(f"1 over the difference{told}", 2, (choices,), many)
        for name, ratio in ratios.items():
            spans = _spans(ratio, risks, unit, rounding)
            yield Family(f"from {name}{told}", 2, (spans,), departures(2, other))


def _spans(ratio: Ratio, risks: Mapping[str, float], unit: Fraction, rounding: str) -> Spans:
    measure, low, high = ratio
    names, first, last = [], [], []
    for name, risk in risks.items():
        ends = sorted(of_ratio(measure, end, risk) for end in (low, high))
        if low < 1 < high or not all(map(isfinite, ends)):
            # No difference is among what prints so, and any size of number.
            continue
        names.append(name)
        first.append(grid([ends[0]], unit, rounding)[0])
        last.append(grid([ends[1]], unit, rounding)[0])
    return Spans(
        names,
        np.ones(len(names), dtype=np.int64),
        np.array(first, dtype=np.int64),
        np.array(last, dtype=np.int64),
    )


UNSETTLED = (INCONSISTENT, ALTERNATIVE)
USUAL = 1
"""The tier of the usual tests: where one of them gives a p, no further choice is tried."""
MOST_TABLES = 250_000
MOST_OF_MEANS = 60_000
MOST_COMPARED = 2_500
METHODS = 2
"""The last tier where a check has told the choice of an estimate: for how easily one fits."""
JOINT = ("comparison.estimate", "comparison.interval")
OF_NEEDED = ("comparison.estimate", "comparison.percentages")


def bundles(ledger: Ledger, findings: Iterable[Finding]) -> Iterator[Bundle]:
    """A bundle for each p, and for the intervals of each outcome, that no check confirmed."""
    shares: dict[tuple, list[Claim]] = {}
    seen: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        if finding.agreement not in UNSETTLED and not finding.open:
            continue
        explained = finding.agreement == ALTERNATIVE
        last = USUAL if explained else TIERS[-1]
        entry = ledger.entries[finding.claim]
        if finding.check in seen.get(finding.claim, ()):
            continue
        groups = [ledger.entries[name] for name in finding.beside]
        joint = entry.measure in two_groups.KINDS and finding.check in (*JOINT, "p.counts")
        if finding.check == "p.counts" and len(groups) == 2 and not joint:
            made = _p(ledger, entry, groups, last)
            unnamed = entry.about.test is None or bool(entry.doubt)
            yield from (replace(one_p, unnamed=unnamed) for one_p in made)
        elif finding.check == "p.means":
            yield from _means(ledger, entry, groups, last)
        elif joint and len(groups) == 2:
            # Estimate, bounds and p stand or fall together: one bundle a claim.
            seen[finding.claim] = (*JOINT, "p.counts")
            yield from _comparison(ledger, entry, groups, METHODS if explained else TIERS[-1])
        elif entry.measure == two_groups.NEEDED and finding.check in OF_NEEDED and len(groups) == 2:
            yield from _needed(ledger, entry, groups)
        elif finding.check == "interval.share" and entry.about.group:
            shares.setdefault(entry.about.cell, [])
    for cell in shares:
        yield from _shares(ledger, cell)


def unit(component: Component, factor: Fraction | int = 1) -> Fraction:
    """The unit of the last printed digit, times a factor."""
    return Fraction(component.ulp) * factor


def sizes(ledger: Ledger, group: str, least: int) -> list[Size]:
    """Denominators of a group: those printed for it anywhere, and all others up to the largest."""
    printed = ledger.printed_sizes(group)
    most = max(printed, default=0)
    return [Size(n, n in printed) for n in range(max(least, 1), most + 1)]


def _tables(ledger: Ledger, groups: list[Claim], most: int) -> list[tuple]:
    """(name, tier, (x1, n1, x0, n0)) for the denominators of two groups.

    Where all pairs are more than `most`, only the printed denominators are taken.
    """
    counts = [_events(ledger, group) for group in groups]
    if None in counts:
        return []
    x1, x0 = (int(count or 0) for count in counts)
    first, second = (
        sizes(ledger, one.about.group or "", x or 1)
        for one, x in zip(groups, (x1, x0), strict=True)
    )
    if len(first) * len(second) > most:
        first, second = ([size for size in own if size.printed] for own in (first, second))
    return [
        (f"{x1} of {a.n} against {x0} of {b.n}", max(a.tier, b.tier), (x1, a.n, x0, b.n))
        for a in first
        for b in second
    ]


def _p(ledger: Ledger, entry: Claim, groups: list[Claim], last: int) -> Iterator[Bundle]:
    part = entry.parts["p"]
    tables = _tables(ledger, groups, MOST_TABLES)
    if part.relation != "=" or not part.value or not tables:
        return
    x1, _, x0, _ = tables[0][2]
    families = tuple(p_families(tables, unit(part)))
    window = Window((Target("p", part),))
    inputs = f"the counts {x1} and {x0}"
    yield Bundle(
        entry.name, (entry.name,), ("p",), (window,), families, inputs, ("p.counts",), last=last
    )


def _comparison(ledger: Ledger, entry: Claim, groups: list[Claim], last: int) -> Iterator[Bundle]:
    """An estimate with its bounds and p, where they are printed: all under one specification."""
    parts, measure = entry.parts, entry.measure or ""
    main = parts.get("percent") or parts.get("value")
    tables = _tables(ledger, groups, MOST_COMPARED)
    if main is None or measure not in two_groups.KINDS or not tables:
        return
    targets = [Target("estimate", main)]
    if {"ci_low", "ci_high"} <= set(parts):
        targets += [Target("low", parts["ci_low"]), Target("high", parts["ci_high"])]
    if "p" in parts and parts["p"].relation == "=" and parts["p"].value:
        targets.append(Target("p", parts["p"]))
    scale = Fraction(1, 100) if measure == "risk_difference" else Fraction(1)
    grids = {t.role: unit(t.part, 1 if t.role == "p" else scale) for t in targets}
    level = parts["ci_low"].level if "ci_low" in parts else None
    x1, _, x0, _ = tables[0][2]
    if last < TIERS[-1]:
        tables = [table for table in tables if table[1] == USUAL]
    families = comparison_families(
        tables,
        measure,
        grids,
        None if level is None else float(level) / 100,
        two_groups.of_percentages(measure, groups),
        (x1, ledger.size(groups[0]), x0, ledger.size(groups[1])),
    )
    names = tuple(t.part.name for t in targets)
    yield Bundle(
        entry.name,
        (entry.name,),
        names,
        (Window(tuple(targets)),),
        tuple(families),
        f"the counts {x1} and {x0}",
        (*JOINT, "p.counts"),
        last=last,
    )


def _needed(ledger: Ledger, entry: Claim, groups: list[Claim]) -> Iterator[Bundle]:
    """A number needed to treat, as 1 over a difference and by the ratios printed beside it."""
    main = entry.parts.get("value")
    if main is None or main.relation != "=" or not main.value:
        return
    tables = _tables(ledger, groups, MOST_COMPARED)
    bundles = [
        claim
        for claim in ledger.comparisons.get(entry.about.cell, ())
        if set(claim.about.compared) == set(entry.about.compared)
        if (part := claim.main) is not None and part.relation == "=" and part.value
    ]
    made = {}
    if rounded := two_groups.of_percentages(two_groups.NEEDED, groups):
        made["the rounded percentages"] = abs(rounded)
    for bundle in bundles:
        part = bundle.main
        if bundle.measure == "risk_difference" and part is not None and part.value:
            scale = 1 if two_groups.as_proportion(bundle, part) else 100
            made[f"the rounded difference {part.text}"] = scale / abs(float(part.value))
    families = needed_families(tables, made, _ratios(bundles), _risks(ledger, groups), unit(main))
    target = Target("estimate", replace(main, value=abs(main.value)))
    inputs = "the numbers of both groups and the effects beside it"
    yield Bundle(
        entry.name,
        (entry.name,),
        ("value",),
        (Window((target,)),),
        tuple(families),
        inputs,
        OF_NEEDED,
    )


def _ratios(claims: Sequence[Claim]) -> dict[str, tuple[str, float, float]]:
    """The printed ratios that a number needed can be made of, with all that print so."""
    ratios = {}
    for claim in claims:
        part, measure = claim.main, claim.measure or ""
        if part is None or measure not in TREATED or part.name != "value":
            continue
        low, high = ends_of(part)
        if low > 0:
            ratios[f"the {measure.replace('_', ' ')} {part.text}"] = (measure, low, high)
    return ratios


def _risks(ledger: Ledger, groups: Sequence[Claim]) -> dict[str, float]:
    """The risk of the control group, of its counts and as printed; else of the second group."""
    control = next((g for g in groups if ledger.groups[g.about.group or ""].control), groups[1])
    found, n = {}, ledger.size(control)
    if (count := control.whole_count) is not None and n:
        found[f"{count} of {n}"] = count / n
    if control.share is not None and control.share.value:
        found[control.share.text] = float(control.share.value) / 100
    return found


def _means(ledger: Ledger, entry: Claim, groups: list[Claim], last: int) -> Iterator[Bundle]:
    part = entry.parts["p"]
    if part.relation != "=" or not part.value:
        return
    first, second = (sizes(ledger, group.about.group or "", 2) for group in groups)
    if len(first) * len(second) > MOST_OF_MEANS:
        first, second = ([size for size in own if size.printed] for own in (first, second))
    pairs = [(a, b) for a in first for b in second]
    if not pairs:
        return
    of_first, of_second = groups
    if not all("sd" in claim.parts for claim in groups):
        return
    means = (
        as_range(of_first.parts["value"]),
        as_range(of_first.parts["sd"]),
        as_range(of_second.parts["value"]),
        as_range(of_second.parts["sd"]),
    )
    families = tuple(mean_families(means, pairs, unit(part)))
    yield Bundle(
        entry.name,
        (entry.name,),
        ("p",),
        (Window((Target("p", part),)),),
        families,
        "the printed means and standard deviations",
        ("p.means",),
        last=last,
    )


def _events(ledger: Ledger, entry: Claim) -> int | None:
    if (count := entry.whole_count) is not None:
        return count
    n = ledger.size(entry)
    if n is None or entry.share is None:
        return None
    found = counts_for_percentage(as_range(entry.share), n).tolist()
    return found[0] if len(found) == 1 else None


def _shares(ledger: Ledger, cell: tuple) -> Iterator[Bundle]:
    """All intervals of one outcome in one population, jointly over the groups."""
    wanted = {"ci_low", "ci_high"}
    entries = [
        entry
        for entry in ledger.of_cell[cell]
        if wanted <= set(entry.parts) and entry.share is not None and entry.about.group != ALL
    ]
    if not entries:
        return
    shares, units, windows = [], [], []
    for entry in entries:
        percent = entry.parts["percent"]
        own = sizes(ledger, entry.about.group or "", 1)
        if not own:
            return
        possible = counts_by_size(percent, tuple(size.n for size in own))
        shares.append((own, possible, Fraction(percent.value or 0) / 100))
        low, high = entry.parts["ci_low"], entry.parts["ci_high"]
        units.append((unit(low, Fraction(1, 100)), unit(high, Fraction(1, 100))))
        windows.append(Window((Target("low", low), Target("high", high)), percent))
    level = entries[0].parts["ci_low"].level
    confidence = None if level is None else float(level) / 100
    groups = tuple(ledger.group_label(entry) for entry in entries)
    families = tuple(share_families(shares, units, confidence, groups))
    names = tuple(entry.name for entry in entries)
    yield Bundle(
        names[0],
        names,
        ("ci_low", "ci_high"),
        tuple(windows),
        families,
        "the printed percentages",
        ("interval.share",),
    )
