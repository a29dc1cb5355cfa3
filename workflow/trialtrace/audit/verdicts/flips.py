"""Decisions that flip: a printed p on one side of 0.05, everything that gives it on the other.

A t, F or χ² without p has the p of its degrees of freedom.
"""

from collections.abc import Iterable
from decimal import Decimal
from math import isfinite

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.significance_level import level_of
from trialtrace.audit.printed.agreement import printed_below
from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.relations.engine import CONTRADICTS, QUESTION, Judgement
from trialtrace.audit.relations.ranges import as_range
from trialtrace.audit.relations.wording import span_text, two_digits

LEVEL = Decimal("0.05")


def flips(judgements: Iterable[Judgement], ledger: Ledger) -> dict[str, str]:
    """Claim to sentence for each p that does not hold and whose recomputed values all lie on the
    other side of 0.05, or of the level that the ledger tells.

    A p of an F that no usual test of two groups gives may be of repeated measures, or post hoc.
    """
    found: dict[str, str] = {}
    for one in judgements:
        if one.state not in (CONTRADICTS, QUESTION) or not _finite(one):
            continue
        entry = ledger.entries[one.claim]
        statistic = entry.parts.get("statistic")
        of_variance = statistic is not None and statistic.symbol == "f"
        if one.state == CONTRADICTS or not of_variance:
            text = _of_p(one, ledger, entry) or _of_statistic(one, ledger, entry)
            if text:
                found.setdefault(one.claim, text)
    return found


def _finite(one: Judgement) -> bool:
    return bool(one.gives) and all(isfinite(end) for span in one.gives for end in span)


def _of_p(one: Judgement, ledger: Ledger, entry: Claim) -> str | None:
    part = entry.parts.get("p")
    if one.part != "p" or part is None or part.value is None:
        return None
    level = level_in(ledger, entry)
    significant = printed_below(part, level)
    ends = [end for span in one.gives for end in span]
    crossed = significant is not None and all((end <= level) != significant for end in ends)
    return one.sentence if crossed else None


def _of_statistic(one: Judgement, ledger: Ledger, entry: Claim) -> str | None:
    """A statistic whose own p and that of every recomputed value lie on two sides of the level."""
    part = entry.parts.get("statistic")
    if one.part != "statistic" or part is None:
        return None
    own = [p_of(entry, float(end)) for end in as_range(part).bounds]
    values = [p_of(entry, end) for span in one.gives for end in span]
    level = level_in(ledger, entry)
    sides = [{None if p is None else p <= level for p in each} for each in (own, values)]
    if None in sides[0] | sides[1] or max(map(len, sides)) > 1 or sides[0] == sides[1]:
        return None
    printed, found = (
        span_text(two_digits(end(p for p in each if p is not None)) for end in (min, max))
        for each in (own, values)
    )
    return f"{one.sentence} That is P of {found}, where the printed statistic has P of {printed}."


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
