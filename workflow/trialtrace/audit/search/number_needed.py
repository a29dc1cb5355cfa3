"""Candidates for a number needed to treat: of counts, of rounded numbers, of a ratio.

With a control risk p an odds ratio r gives the treated risk r p / (1 - p + r p), a risk ratio r p,
and a hazard ratio 1 - (1 - p)^r; the number needed is 1 over the difference to p. Sources: Cochrane
Handbook 15.4.4 (odds and risk ratio); Altman and Andersen, BMJ 1999;319:1492 (hazard ratio).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import inf, isfinite

import numpy as np

from trialtrace.audit.candidates.coincidence import Family, Spans
from trialtrace.audit.candidates.grid import ROUNDINGS, UP, departures, grid, tabulated
from trialtrace.audit.prints.shared.two_groups import estimate
from trialtrace.audit.search.comparisons import Table

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
    made: Mapping[str, float],
    ratios: Mapping[str, Ratio],
    risks: Mapping[str, float],
    unit: Fraction,
) -> Iterator[Family]:
    """Families of a number needed, whatever its sign.

    `made` are numbers needed of other printed numbers, such as the rounded percentages; `ratios`
    printed ratios, by their words; `risks` those of the control group, by theirs.
    """
    names, tiers = [name for name, _, _ in tables], [tier for _, tier, _ in tables]
    found = [estimate("number_needed_to_treat", table) for _, _, table in tables]
    counted = np.abs(np.array([np.nan if one is None else one for one in found]))
    for rounding, other in WAYS.items():
        told = "" if other == 1 else f", {rounding}"
        own = tabulated(names, tiers, counted, [unit], rounding)
        yield Family(f"1 over the difference{told}", other, (own,), departures(other))
        for name, value in made.items():
            own = tabulated([name], [1], [value], [unit], rounding)
            many = departures(2, other)
            yield Family(f"1 over the difference{told}", 2, (own,), many)
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
