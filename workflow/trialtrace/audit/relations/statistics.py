"""Test statistics: against p, against the numbers of the groups, and their degrees of freedom."""

from collections.abc import Iterator
from itertools import product
from math import inf

import numpy as np

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import CHI_SQUARED, STANDARDISED
from trialtrace.audit.printed.symbols import RANKS as RANKS_SYMBOL
from trialtrace.audit.relations.engine import Case, relation
from trialtrace.audit.relations.ranges import (
    Span,
    as_range,
    ends_of,
    hull,
    overlaps,
    span_of,
)
from trialtrace.audit.relations.shapes import (
    all_counted,
    deviations,
    measured,
)
from trialtrace.audit.relations.solvers.factorial import CELLS
from trialtrace.audit.relations.wording import listed, p_span, signed, span_text
from trialtrace.audit.summaries.mean_statistics import MOST_GROUPS, f_of_means, t_of_means
from trialtrace.audit.summaries.printed import Printed, together
from trialtrace.audit.summaries.statistics import (
    epsilons_of_f_and_p,
    p_of_chi_squared,
    p_of_correlation,
    p_of_f,
    p_of_t,
    p_of_z,
    partial_eta_squared_of_f,
)
from trialtrace.stats.categorical._tables import tables
from trialtrace.stats.categorical.r_by_c_tests import chi_squared_table
from trialtrace.stats.categorical.two_by_two_tests import chi_squared_tests
from trialtrace.stats.results import StatsError

FEWEST, MOST = 2.0, 1e6
"""Degrees of freedom within groups, where none are printed."""
PEARSON = ("chi_squared", "chi_squared_corrected")
OF_MEANS = (None, "t", "welch", "anova")


def statistics(ledger: Ledger, *symbols: str) -> Iterator[tuple[Claim, Component]]:
    for entry in ledger.entries.values():
        part = entry.parts.get("statistic")
        if part is not None and (not symbols or part.symbol in symbols):
            yield entry, part


def value_of(entry: Claim, name: str) -> float | None:
    part = entry.parts.get(name)
    return None if part is None or part.value is None else float(part.value)


@relation("statistic.p", "Which of statistic, degrees of freedom and P is meant?")
def p_of_statistics(ledger: Ledger) -> Iterator[Case]:
    """A test statistic with its degrees of freedom, and p.

    P of a t, z, r, χ², Q or F with its degrees of freedom.
    """
    for entry, part in statistics(ledger):
        p = entry.parts.get("p")
        if p is None or p.relation == "ns" or _uncorrected(entry):
            continue
        try:
            found = _ps(entry, part)
        except StatsError:
            continue
        if not found:
            continue
        p_values = hull(found)
        one = part.symbol in ("t", "z", "r") and entry.sides is None
        half = tuple(span.times(0.5) for span in found) if one else ()
        df = [entry.parts[n].text for n in ("df1", "df2") if n in entry.parts]
        on = f" on {' and '.join(df)} degrees of freedom" if df else ""
        text = f"{part.text}{on} gives {p_span(*p_values)}"
        yield Case(entry, "p", tuple(found), text, others={"of one side": half},
                   excuse="other_test" if part.symbol == RANKS_SYMBOL else None,
                   covers=("statistic",))  # fmt: skip


def _uncorrected(entry: Claim) -> bool:
    """Whether a correction for sphericity is named beside whole degrees of freedom of F."""
    if entry.about.correction is None or not entry.has("df1", "df2"):
        return False
    whole = all(entry.parts[name].places <= 0 for name in ("df1", "df2"))
    return whole and entry.parts["statistic"].symbol == "f"


def _ps(entry: Claim, part: Component) -> list[Span]:
    statistic, symbol = as_range(part), part.symbol
    df1, df2 = (entry.parts.get(name) for name in ("df1", "df2"))
    if symbol == "f":
        if df1 is None or df2 is None:
            return []
        ends = [_freedom(df1), _freedom(df2)]
        pairs = product(*(np.linspace(a, b, 5 if b > a else 1) for a, b in ends))
        return [span_of(*(p_of_f(statistic, a, b, epsilon=(1.0, 1.0)) for a, b in pairs))]
    if symbol == "z":
        return [span_of(p_of_z(statistic, sides=side)) for side in entry.tails]
    if df1 is None:
        return []
    df = float(df1.value or 0)
    degrees = as_range(df1) if df1.places > 0 else df
    if symbol == "t":
        return [span_of(p_of_t(statistic, degrees, sides=side)) for side in entry.tails]
    if symbol in ("r", RANKS_SYMBOL):
        return [span_of(p_of_correlation(statistic, df, sides=side)) for side in entry.tails]
    if symbol in (CHI_SQUARED, "q", "h"):
        return [span_of(p_of_chi_squared(statistic, df))]
    return []


def _freedom(part: Component) -> Span:
    if part.places <= 0:
        return Span(float(part.value or 0), float(part.value or 0))
    low, high = ends_of(part)
    return Span(max(low, 1e-9), high)


@relation("statistic.epsilon", "What was ε, and what are the corrected degrees of freedom?")
def epsilons(ledger: Ledger) -> Iterator[Case]:
    """F with uncorrected degrees of freedom under a named correction, and p.

    F with uncorrected degrees of freedom under a named correction: p, and the ε it needs.
    """
    for entry, part in statistics(ledger, "f"):
        if not _uncorrected(entry):
            continue
        f, p = as_range(part), entry.parts.get("p")
        df1, df2 = value_of(entry, "df1") or 0.0, value_of(entry, "df2") or 0.0
        eta = span_of(partial_eta_squared_of_f(f, df1, df2))
        text = f"A correction for sphericity is named, while F({df1:g}, {df2:g}) has whole degrees "
        text += "of freedom: these are the uncorrected ones."
        fit = False
        if p is not None and p.relation != "ns":
            most = span_of(p_of_f(f, df1, df2, epsilon=(1.0, 1.0)))
            least = span_of(p_of_f(f, df1, df2, epsilon=(1 / df1, 1 / df1)))
            pieces = epsilons_of_f_and_p(f, as_range(p), df1, df2, epsilon=(1 / df1, 1.0))
            text += f" p is {most.high:.4f} at ε = 1 and {least.high:.4f} at ε = {1 / df1:.3f}"
            told = [f"from {low:.3f} to {high:.3f}" for low, high in pieces]
            text += f"; {p.text} needs ε {' or '.join(told)}." if told else "."
            fit = len(pieces) > 0
        text += f" Partial η² is {span_text(f'{end:.3f}' for end in eta)}."
        yield Case(entry, "df1", False, text, excuse="open")
        if p is not None and p.relation != "ns":
            yield Case(entry, "p", fit, text, covers=("statistic",))


@relation("statistic.effect", "Is it η² or partial η²?")
def effect_sizes(ledger: Ledger) -> Iterator[Case]:
    """The effect size of F and its degrees of freedom.

    Partial η² of F and its degrees of freedom; η² is never greater.
    """
    for entry, part in statistics(ledger, "f"):
        effect = entry.parts.get("effect")
        df1, df2 = value_of(entry, "df1"), value_of(entry, "df2")
        if effect is None or effect.symbol == STANDARDISED or not df1 or not df2:
            continue
        span = span_of(partial_eta_squared_of_f(as_range(part), df1, df2))
        smaller = effect.symbol != "partial" and float(effect.bounds[0]) <= span.high
        shown = span_text(f"{end:.3f}" for end in span)
        text = f"Partial η² of F and its degrees of freedom is {shown}"
        yield Case(entry, "effect", span, text,
                   excuse="unnamed_measure" if smaller else None)  # fmt: skip


# --- statistics of groups -----------------------------------------------------------------------


def of_groups(ledger: Ledger, *symbols: str) -> Iterator[tuple[Claim, Component]]:
    for entry, part in statistics(ledger, *symbols):
        plain_one = entry.about.compared and entry.about.correction is None
        if plain_one and ledger.patients_of_every_group is None:
            yield entry, part


@relation(
    "statistic.means",
    "Which of these means, deviations, sizes and statistic is meant?",
    of_sizes=True,
)
def statistics_of_means(ledger: Ledger) -> Iterator[Case]:
    """t or F, and the means, deviations and sizes of its groups."""
    for entry, part in of_groups(ledger, "t", "f"):
        known = measured(ledger, entry)
        if known is None or not 2 <= len(known[0]) <= (2 if part.symbol == "t" else MOST_GROUPS):
            continue
        groups, sizes = known
        spans = dict[str, Span]()
        for k, spreads in enumerate(deviations(groups, sizes)):
            try:
                found = _spans(entry, groups, sizes, spreads)
            except StatsError:
                continue
            on = " on standard errors" if k else ""
            spans |= {f"{name}{on}": span for name, span in found.items()}
        if not spans:
            continue
        told = [f"{name} of {span_text(signed(e, 2) for e in s)}" for name, s in spans.items()]
        text = f"The means, spreads and sizes give {listed(told)}"
        factorial = len(groups) == CELLS and value_of(entry, "df1") == 1
        excuse = "model" if entry.basis else _other(entry, sizes, factorial=factorial)
        ways = {name: (s, s.turned) if part.symbol == "t" else s for name, s in spans.items()}
        yield Case(entry, "statistic", ways, text, groups, excuse=excuse)


def _spans(
    entry: Claim, groups: list[Claim], sizes: list[int], spreads: list[Printed]
) -> dict[str, Span]:
    means = [as_range(group.parts["value"]) for group in groups]
    if entry.parts["statistic"].symbol == "f":
        return {"F": span_of(f_of_means(together(means), together(spreads), sizes))}
    found: dict[str, Span] = {}
    degrees, most = entry.parts.get("df1"), sum(sizes) - 2
    for variance, name in (("pooled", "Student's t"), ("welch", "Welch's t")):
        if degrees is not None and entry.about.test != "welch":
            own = overlaps(degrees, most, most) if degrees.places > 0 else degrees.value == most
            # A t of n₁ + n₀ − 2 degrees of freedom is Student's, one of decimals Welch's.
            if variance == "pooled" and not own and degrees.places > 0:
                continue
            if (
                variance == "welch"
                and own
                and not overlaps(degrees, *welch_degrees(sizes, spreads))
            ):
                continue
        bounds = t_of_means(
            means[0], spreads[0], sizes[0], means[1], spreads[1], sizes[1], variance=variance
        )
        found[name] = span_of(bounds)
    return found


def welch_degrees(sizes: list[int], spreads: list[Printed]) -> Span:
    """Least and greatest degrees of freedom of Welch's t over all deviations that print as given.

    Of r, the first mean's variance over the second's, they are (r + 1)² / (r² / (n₁ − 1) + 1 /
    (n₀ − 1)): up to n₁ + n₀ − 2 at r = (n₁ − 1) / (n₀ − 1), and down on either side. Oracle: the
    usual form of the formula over a grid.
    """
    (n1, n0), ends = sizes, [[max(float(end), 0.0) for end in spread.bounds] for spread in spreads]
    least, most = (
        (ends[0][k] ** 2 / n1) / (ends[1][1 - k] ** 2 / n0) if ends[1][1 - k] > 0 else inf
        for k in (0, 1)
    )

    def degrees(ratio: float) -> float:
        if ratio == inf:
            return n1 - 1.0
        return (ratio + 1) ** 2 / (ratio**2 / (n1 - 1) + 1 / (n0 - 1))

    peak = (n1 - 1) / (n0 - 1)
    return Span(min(map(degrees, (least, most))), degrees(min(max(peak, least), most)))


def _other(entry: Claim, sizes: list[int], *, factorial: bool) -> str | None:
    """Why a statistic need not be that of the groups as printed."""
    if entry.about.test not in OF_MEANS:
        return "stated_test"
    most, between = sum(sizes) - len(sizes), entry.parts.get("df1")
    if entry.parts["statistic"].symbol == "f":
        within = entry.parts.get("df2")
        if between is None or within is None:
            return None if entry.about.test in ("anova", "t") else "unnamed_test"
        own = between.value == len(sizes) - 1 and within.value == most
        return None if own else "stated_test" if factorial else "other_test"
    if between is None or between.value == most:
        return None
    decimals = between.places > 0 and ends_of(between).meets(min(sizes) - 1, most)
    return None if decimals else "other_patients"


@relation("statistic.counts", "Which test, on which counts, has this statistic?", of_sizes=True)
def statistics_of_counts(ledger: Ledger) -> Iterator[Case]:
    """χ², and the counts of its groups.

    χ² against the counts of its groups, with and without continuity correction.
    """
    for entry, _ in of_groups(ledger, CHI_SQUARED):
        known, degrees = all_counted(ledger, entry), value_of(entry, "df1")
        if known is None or len(known) < 2:
            continue
        counts = [pair for _, pair in known]
        table = np.array([[x, n - x] for x, n in counts], dtype=np.int64)
        try:
            found = {"without correction": float(chi_squared_table(table).statistic)}
        except StatsError:
            continue
        if len(counts) == 2:
            both = tables(*counts[0], *counts[1])
            corrected = chi_squared_tests(both, correction="continuity")[0]
            found["with continuity correction"] = float(corrected)
        told = listed([f"{value:.2f} {name}" for name, value in found.items()])
        text = f"The χ² of {'; '.join(f'{x} of {n}' for x, n in counts)} is {told}"
        excuse = None
        if entry.basis is not None:
            excuse = "model"
        elif entry.about.test not in (None, *PEARSON):
            excuse = "stated_test"
        elif degrees is not None and degrees != len(counts) - 1:
            excuse = "other_test"
        yield Case(entry, "statistic", found, text, [one for one, _ in known], excuse=excuse)
