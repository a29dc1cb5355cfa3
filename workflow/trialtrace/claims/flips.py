"""Decisions that flip: a printed p on one side of 0.05, everything that gives it on the other."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from trialtrace.claims.agreement import printed_below
from trialtrace.claims.ledger import Ledger
from trialtrace.claims.levels import level_of
from trialtrace.claims.prints.finding import Finding

LEVEL = Decimal("0.05")
_NOT_HELD = ("inconsistent", "alternative")


def flips(findings: Iterable[Finding], ledger: Ledger) -> dict[str, str]:
    """Claim to sentence for each p that does not hold, or that no usual test gives, and whose
    recomputed values all lie on the other side of 0.05, or of the level that the ledger tells."""
    found: dict[str, str] = {}
    for one in findings:
        entry = ledger.entries[one.claim]
        part = entry.parts.get("p")
        held = one.agreement not in _NOT_HELD and not one.open
        if one.component != "p" or held or part is None:
            continue
        values = list(_given(one.detail))
        if part.value is None or not values:
            continue
        own = level_of(ledger, entry)
        level = LEVEL if own is None or own.open else Decimal(own.text)
        significant = printed_below(part, level)
        if significant is not None and all((value <= level) != significant for value in values):
            found.setdefault(one.claim, one.sentence)
    return found


def _given(detail: Mapping[str, object]) -> Iterator[float]:
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
