"""t, F and χ² of groups against their means, deviations, counts and sizes.

t and F are computed for everything that prints as given (`stats.summaries.mean_statistics`), χ² on
the printed counts. What is contradicted is a test of these groups as they are printed: a statistic
of a model, of a correction for repeated measurements, of several factors, or of other degrees of
freedom than the sizes give, is another one, and contradicts nothing.

Student's t of n₁ and n₀ patients has n₁ + n₀ − 2 degrees of freedom, a one-way analysis of k groups
k − 1 and n − k; Welch's lie between the smaller size less 1 and n₁ + n₀ − 2 (Welch, Biometrika
1947;34:28). More than these no comparison of the groups' patients has. Fewer are no contradiction:
some patients may lack, or a covariate take one. So a t of n₁ + n₀ − 2 degrees of freedom is
Student's, unless Welch's print so for the deviations, and one of decimals that are not n₁ + n₀ − 2
is Welch's.
"""

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.prints.agreements import (
    COMPATIBLE,
    EXACT,
    INCONSISTENT,
    NOT_CHECKABLE,
    REMARK,
)
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.two_groups.count_tests import all_counted
from trialtrace.audit.prints.two_groups.mean_tests import (
    readings_of_deviations,
    with_spreads,
    without_sizes,
)
from trialtrace.audit.relations.ranges import (
    Span,
    as_range,
    either_way,
    ends_of,
    overlaps,
    prints,
    span_of,
)
from trialtrace.audit.relations.wording import NOT_CHECKED, listed, said_of, signed, span_text
from trialtrace.audit.summaries.mean_statistics import MOST_GROUPS, f_of_means, t_of_means
from trialtrace.audit.summaries.printed import Printed, together
from trialtrace.stats.categorical.r_by_c_tests import chi_squared_table
from trialtrace.stats.results import StatsError

VARIANCES = {"pooled": "Student's", "welch": "Welch's"}
OF_MEANS = (None, "t", "welch", "anova")
OF_COUNTS = (None, "chi_squared", "chi_squared_corrected")


@checks(
    "t and F against the means, deviations and sizes of the groups, over everything that prints "
    "as given; χ² against their counts; degrees of freedom against the sizes",
    {
        "statistic.means": "t or F, and the means, deviations and sizes of its groups.",
        "statistic.counts": "χ², and the counts of its groups.",
        "statistic.sizes": "Degrees of freedom, and the sizes of the groups.",
    },
    of_sizes=("statistic.means", "statistic.counts", "statistic.sizes"),
)
def check_group_statistics(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        data = entry.parts.get("statistic")
        if data is None or not entry.about.compared or entry.about.correction is not None:
            continue
        if ledger.patients_of_every_group is not None:
            continue
        if data.symbol in ("t", "f"):
            of_means = list(_of_means(ledger, entry))
            plain = any(
                finding.agreement == COMPATIBLE and not finding.remark for finding in of_means
            )
            yield from _degrees(ledger, entry, plain=plain)
            yield from of_means
        elif data.symbol == CHI_SQUARED:
            yield from _of_counts(ledger, entry)


def _sizes(ledger: Ledger, entry: Claim) -> list[int] | None:
    """The printed sizes of the groups that are compared; None where one lacks."""
    sizes = [ledger.size_of(entry, group) for group in ledger.compared_groups(entry)]
    known = [n for n in sizes if n is not None and n > 1]
    return known if len(known) == len(sizes) > 1 else None


def _within(entry: Claim, groups: int) -> str | None:
    """The component with the degrees of freedom within groups, where it has these alone.

    None for an F of other degrees between the groups: it has further factors.
    """
    if entry.parts["statistic"].symbol == "t":
        return "df1" if groups == 2 and "df1" in entry.parts else None
    between = entry.parts.get("df1")
    if between is None or between.value != groups - 1:
        return None
    return "df2" if "df2" in entry.parts else None


def repeated(ledger: Ledger, entry: Claim) -> bool:
    """Whether its degrees of freedom may count visits: there are several, and it is of none."""
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    return bool(outcome and len(outcome.visits) > 1 and entry.about.visit is None)


def _degrees(ledger: Ledger, entry: Claim, *, plain: bool) -> Iterator[Finding]:
    """Degrees of freedom against the sizes; an F that the means give (`plain`) has just these."""
    sizes = _sizes(ledger, entry)
    if sizes is None or entry.basis is not None or repeated(ledger, entry):
        return
    yield from _between(entry, sizes)
    name = _within(entry, len(sizes))
    if name is None:
        return
    part, most = entry.parts[name], sum(sizes) - len(sizes)
    low, high = ends_of(part)
    if part.places <= 0:
        low = high = float(part.value or 0)
    given = listed([str(n) for n in sizes])
    text = f"Groups of {given} patients have {most} degrees of freedom within them"
    agreement = EXACT
    if low > most:
        agreement = INCONSISTENT
        if entry.about.test is None and entry.parts["statistic"].symbol == "f" and not plain:
            agreement, text = NOT_CHECKABLE, f"{text}, fewer than {part.text}: another analysis."
        else:
            text += f"; printed are {part.text}, which no comparison of these patients has."
    elif high < most:
        fewer = f"of {most - high:.0f} patients less"
        if name != "df1" or low != high:
            fewer = "fewer patients"
        agreement = REMARK
        text += f"; {part.text} are fewer, as of Welch's test or {fewer}."
    yield verdict("statistic.sizes", entry, part, agreement, text)


def _between(entry: Claim, sizes: list[int]) -> Iterator[Finding]:
    """F with as many degrees of freedom between as groups, and the n - k of these within them.

    An analysis with one more group would have one less within.
    """
    parts, groups = entry.parts, len(sizes)
    if parts["statistic"].symbol != "f" or not entry.has("df1", "df2"):
        return
    whole = parts["df1"].places <= 0 and parts["df2"].places <= 0
    if whole and parts["df1"].value == groups and parts["df2"].value == sum(sizes) - groups:
        text = (
            f"{groups} groups have {groups - 1} degrees of freedom between them beside the "
            f"{parts['df2'].text} within; printed are {parts['df1'].text}."
        )
        yield verdict("statistic.sizes", entry, parts["df1"], INCONSISTENT, text)


def _of_means(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    groups = with_spreads(ledger, entry)
    if groups is None:
        yield from _elsewhere(ledger, entry)
    if groups is None or not 2 <= len(groups) <= MOST_GROUPS:
        return
    sizes = [n for group in groups if (n := ledger.size(group)) is not None and n > 1]
    if len(sizes) < len(groups):
        yield without_sizes(ledger, entry, groups, "statistic.means", "statistic")
        return
    symbol = entry.parts["statistic"].symbol
    if symbol == "t" and len(groups) != 2:
        return
    read: list[tuple[list[Printed], dict[str, Span]]] = []
    try:
        for spreads in readings_of_deviations(groups, sizes):
            read.append((spreads, _spans(entry, groups, sizes, spreads)))
            if any(_fits(entry, span) for span in read[-1][1].values()):
                break
    except StatsError:
        return
    yield _finding(ledger, entry, groups, sizes, *read[-1])


def _elsewhere(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """Means of these groups, printed of another population or visit: said, and not compared."""
    about = entry.about
    if about.outcome is None:
        return
    others = [
        claim
        for claim in ledger.of_group()
        if claim.about.outcome == about.outcome
        and claim.about.group in ledger.compared_groups(entry)
        if claim.has("value", "sd") or claim.has("value", "se")
    ]
    if not others or any(one.about.cell == about.cell for one in others):
        return
    every = [entry, *others]
    unlike = [
        what
        for what, own in (
            ("population", {getattr(ledger.population(one), "name", None) for one in every}),
            ("visit", {one.about.visit for one in every}),
            ("stratum", {one.about.stratum for one in every}),
        )
        if len(own) > 1
    ]
    if unlike:
        text = f"The means of these groups are of another {listed(unlike, 'or')}."
        yield verdict("statistic.means", entry, "statistic", NOT_CHECKABLE, text, others)


def _spans(
    entry: Claim, groups: Sequence[Claim], sizes: list[int], spreads: list[Printed]
) -> dict[str, Span]:
    """The t of the tests that its degrees of freedom leave, or the F, over all that prints so."""
    if entry.parts["statistic"].symbol == "f":
        means = [as_range(group.parts["value"]) for group in groups]
        return {"": span_of(f_of_means(together(means), together(spreads), sizes))}
    return {
        name: _t_span(groups, sizes, spreads, variance)
        for variance, name in VARIANCES.items()
        if _may_be(entry, variance, sizes, spreads)
    }


def _t_span(
    groups: Sequence[Claim], sizes: list[int], spreads: list[Printed], variance: str
) -> Span:
    (mean1, mean0), (sd1, sd0) = (as_range(group.parts["value"]) for group in groups), spreads
    return span_of(t_of_means(mean1, sd1, sizes[0], mean0, sd0, sizes[1], variance=variance))


def _may_be(entry: Claim, variance: str, sizes: list[int], spreads: list[Printed]) -> bool:
    """Whether the printed degrees of freedom may be those of Student's or of Welch's t."""
    degrees, most = entry.parts.get("df1"), sum(sizes) - 2
    if degrees is None or entry.about.test == "welch":
        return True
    decimals = degrees.places > 0
    own = overlaps(degrees, most, most) if decimals else degrees.value == most
    if variance == "pooled":
        return own or not decimals
    return not own or overlaps(degrees, *welch_degrees(sizes, spreads))


def welch_degrees(sizes: Sequence[int], spreads: Sequence[Printed]) -> Span:
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


def _fits(entry: Claim, span: Span) -> bool:
    """Whether the printed statistic is in a range; of t, whichever group is the first."""
    part = entry.parts["statistic"]
    return either_way(part, span) if part.symbol == "t" else overlaps(part, *span)


def _finding(
    ledger: Ledger,
    entry: Claim,
    groups: Sequence[Claim],
    sizes: list[int],
    spreads: list[Printed],
    spans: dict[str, Span],
) -> Finding:
    part, beside = entry.parts["statistic"], [*groups]
    fit = [name for name, span in spans.items() if _fits(entry, span)]
    what = "deviations" if {"sd", "se"} & set(groups[0].parts) else "intervals"
    given = listed([_of(entry, name, spans[name]) for name in fit or spans])
    text, agreement = f"The printed means, {what} and sizes give {given}", COMPATIBLE
    if not fit and (other := _other(entry, sizes)) is not None:
        agreement, text = NOT_CHECKABLE, f"{NOT_CHECKED} {other}; {_small(text)}."
    elif not fit:
        agreement, text = INCONSISTENT, f"{text}; printed is {part.text}."
        text += _if_welch(entry, groups, sizes, spreads, spans)
        if (twin := _twin(ledger, entry, groups, sizes)) is not None:
            text += f" “{twin.label}” has the same means, {what} and sizes, and "
            text += f"{twin.parts['statistic'].text}."
            beside.append(twin)
    return verdict("statistic.means", entry, part, agreement, text, beside, {"ranges": spans})


def _of(entry: Claim, name: str, span: Span) -> str:
    """A statistic and its range: "Student's t of 2.76"; t has the sign that is printed.

    Whichever group is the first: the sign is no part of what is told.
    """
    part = entry.parts["statistic"]
    if part.symbol == "t" and part.value is not None and max(span) * float(part.value) < 0:
        span = span.turned
    letter = "t" if part.symbol == "t" else "F"
    return f"{name} {letter} {_from_to(span)}".strip()


def _from_to(span: Span) -> str:
    low, high = (signed(end, 2) for end in span)
    return f"of {low}" if low == high else f"from {low} to {high}"


def _twin(ledger: Ledger, entry: Claim, groups: Sequence[Claim], sizes: list[int]) -> Claim | None:
    """A test of other numbers that print the same, whose statistic is another one.

    No data have both by one test.
    """
    part, own = entry.parts["statistic"], _printed(groups, sizes)
    for claim in ledger.entries.values():
        other = claim.parts.get("statistic")
        if (
            other is None
            or other.symbol != part.symbol
            or claim.about.outcome == entry.about.outcome
        ):
            continue
        if claim.about.compared != entry.about.compared or overlaps(other, *ends_of(part)):
            continue
        if (claim.basis, claim.about.test) != (entry.basis, entry.about.test):
            continue
        theirs = with_spreads(ledger, claim) or []
        counted = [ledger.size(each) or 0 for each in theirs]
        if _degrees_of(claim) == _degrees_of(entry) and _printed(theirs, counted) == own:
            return claim
    return None


def _printed(groups: Sequence[Claim], sizes: Sequence[int]) -> list[tuple]:
    """The numbers of the groups, as printed."""
    names = ("value", "sd", "se", "ci_low", "ci_high")
    return [
        (n, *((name, group.parts[name].value) for name in names if name in group.parts))
        for group, n in zip(groups, sizes, strict=True)
    ]


def _degrees_of(entry: Claim) -> list[object]:
    return [entry.parts[name].value for name in ("df1", "df2") if name in entry.parts]


def _if_welch(
    entry: Claim,
    groups: Sequence[Claim],
    sizes: list[int],
    spreads: list[Printed],
    spans: dict[str, Span],
) -> str:
    """That Welch's t would give the statistic, where its degrees of freedom rule that out."""
    if len(groups) != 2 or VARIANCES["welch"] in spans:
        return ""
    span = _t_span(groups, sizes, spreads, "welch")
    squared = entry.parts["statistic"].symbol == "f"
    if squared:
        span = Span(*(end**2 for end in span.sizes))
    if not _fits(entry, span):
        return ""
    degrees = span_text(signed(end, 1) for end in welch_degrees(sizes, spreads))
    own = f"Welch's t² {_from_to(span)}" if squared else _of(entry, "Welch's", span)
    return f" {own} has {degrees} degrees of freedom."


def _small(text: str) -> str:
    return text[0].lower() + text[1:]


def _other(entry: Claim, sizes: list[int]) -> str | None:
    """Why a statistic need not be that of the groups as printed; None where it is."""
    if entry.basis is not None:
        return f"the statistic is that {said_of(entry)}"
    if entry.about.test not in OF_MEANS:
        return f"the stated test ({str(entry.about.test).replace('_', ' ')}) is none of means"
    most, between = sum(sizes) - len(sizes), entry.parts.get("df1")
    if entry.parts["statistic"].symbol == "f":
        within = entry.parts.get("df2")
        if between is None or within is None:
            stated = entry.about.test in ("anova", "t")
            return None if stated else "its degrees of freedom are not in the ledger"
        if between.value != len(sizes) - 1 or within.value != most:
            return f"its degrees of freedom are not the {len(sizes) - 1} and {most} of these groups"
        return None
    if between is None or between.value == most:
        return None
    # Those of Welch's test, of decimals, lie anywhere between.
    if between.places > 0 and ends_of(between).meets(min(sizes) - 1, most):
        return None
    return f"its degrees of freedom are not the {most} of these groups"


def _of_counts(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    known = all_counted(ledger, entry)
    if known is None or len(known) < 2:
        return
    part, degrees = entry.parts["statistic"], entry.parts.get("df1")
    counts = [pair for _, pair in known]
    table = np.array([[x, n - x] for x, n in counts], dtype=np.int64)
    try:
        found = {"without correction": float(chi_squared_table(table).statistic)}
    except StatsError:
        return
    if len(counts) == 2:
        found["with continuity correction"] = _corrected(table)
    shown = "; ".join(f"{x} of {n}" for x, n in counts)
    fit = [name for name, value in found.items() if prints(part, value)]
    text = f"The χ² of {shown} is " + listed([f"{v:.2f} {name}" for name, v in found.items()])
    agreement = INCONSISTENT
    if fit:
        text, agreement = f"{text}; {part.text} is that {fit[0]}.", EXACT
    elif entry.basis is not None or entry.about.test not in OF_COUNTS:
        text, agreement = f"{NOT_CHECKED} it is another test; {_small(text)}.", NOT_CHECKABLE
    elif degrees is not None and degrees.value != len(counts) - 1:
        of = f"its degrees of freedom are not the {len(counts) - 1} of these groups"
        text, agreement = f"{NOT_CHECKED} {of}; {_small(text)}.", NOT_CHECKABLE
    detail = {"counts": counts, "statistics": found}
    claims = [one for one, _ in known]
    yield verdict("statistic.counts", entry, part, agreement, text, claims, detail)


def _corrected(table: np.ndarray) -> float:
    """χ² with Yates' continuity correction, never of more than the difference itself."""
    n, (rows, columns) = table.sum(), (table.sum(axis=1), table.sum(axis=0))
    distance = abs(table[0, 0] * table[1, 1] - table[0, 1] * table[1, 0])
    return float(n * max(distance - n / 2, 0) ** 2 / np.prod([*rows, *columns], dtype=float))
