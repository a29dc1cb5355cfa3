"""Decisions that flip: a printed p on one side of 0.05, everything that gives it on the other.

A t, F or χ² without p has the p of its degrees of freedom.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.significance_level import level_of
from trialtrace.audit.printed.agreement import printed_below
from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.relations.ranges import as_range
from trialtrace.audit.relations.wording import span_text, two_digits

LEVEL = Decimal("0.05")
_NOT_HELD = ("inconsistent", "alternative")


def flips(findings: Iterable[Finding], ledger: Ledger) -> dict[str, str]:
    """Claim to sentence for each p that does not hold, or that no usual test gives, and whose
    recomputed values all lie on the other side of 0.05, or of the level that the ledger tells.

    A p of an F that no usual test of two groups gives may be of repeated measures, or post hoc.
    """
    found: dict[str, str] = {}
    for finding in findings:
        entry = ledger.entries[finding.claim]
        statistic = entry.parts.get("statistic")
        of_variance = finding.open and statistic is not None and statistic.symbol == "f"
        if finding.agreement in _NOT_HELD or (finding.open and not of_variance):
            text = _of_p(finding, ledger, entry) or _of_statistic(finding, ledger, entry)
            if text:
                found.setdefault(finding.claim, text)
    return found


def _of_p(finding: Finding, ledger: Ledger, entry: Claim) -> str | None:
    data = entry.parts.get("p")
    values = list(given(finding.detail))
    if finding.component != "p" or data is None or data.value is None or not values:
        return None
    level = level_in(ledger, entry)
    significant = printed_below(data, level)
    crossed = significant is not None and all((value <= level) != significant for value in values)
    return finding.sentence if crossed else None


def _of_statistic(finding: Finding, ledger: Ledger, entry: Claim) -> str | None:
    """A statistic whose own p and that of every recomputed value lie on two sides of the level."""
    data = entry.parts.get("statistic")
    given = recomputed(finding)
    if finding.component != "statistic" or data is None or not given:
        return None
    own = [p_of(entry, float(end)) for end in as_range(data).bounds]
    values = [p_of(entry, value) for value in given]
    level = level_in(ledger, entry)
    sides = [{None if p is None else p <= level for p in each} for each in (own, values)]
    if None in sides[0] | sides[1] or max(map(len, sides)) > 1 or sides[0] == sides[1]:
        return None
    printed, found = (
        span_text(two_digits(end(p for p in each if p is not None)) for end in (min, max))
        for each in (own, values)
    )
    return (
        f"{finding.sentence} That is P of {found}, where the printed statistic has P of {printed}."
    )


def recomputed(finding: Finding) -> list[float]:
    """The values of a t, F or χ² that the other printed numbers give; both ends of each range."""
    found: list[float] = []
    for key in ("ranges", "statistics"):
        every = finding.detail.get(key) if finding.check.startswith("statistic.") else None
        if isinstance(every, Mapping):
            found += [value for each in every.values() for value in _numbers(each)]
    return found


def p_of(entry: Claim, value: float) -> float | None:
    """P of two sides of a t, F or χ² on the degrees of freedom that are printed with it."""
    from scipy import stats

    parts = entry.parts
    symbol = parts["statistic"].symbol
    df1, df2 = (float(parts[name].value or 0) if name in parts else 0 for name in ("df1", "df2"))
    if symbol == "t" and df1 > 0:
        return float(2 * stats.t.sf(abs(value), df1))
    if symbol == "f" and df1 > 0 and df2 > 0:
        return float(stats.f.sf(value, df1, df2))
    if symbol == CHI_SQUARED and df1 > 0:
        return float(stats.chi2.sf(value, df1))
    return None


def level_in(ledger: Ledger, entry: Claim) -> Decimal:
    level = level_of(ledger, entry)
    return LEVEL if level is None or level.open else Decimal(level.text)


def given(detail: Mapping[str, object]) -> Iterator[float]:
    """The p-values of two sides that a finding holds."""
    for key in ("low", "high"):
        yield from _numbers(detail.get(key))
    for key in ("p_values", "ranges"):
        tests = detail.get(key)
        if isinstance(tests, Mapping):
            for name, value in tests.items():
                if "one_sided" not in str(name):
                    yield from _numbers(value)
    yield from _numbers(detail.get("p_uncorrected"))


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)
