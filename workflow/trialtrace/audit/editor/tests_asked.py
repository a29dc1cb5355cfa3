"""What each usual test gives of the printed numbers behind a p, for a question on the test."""

from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.finding import Finding, shown_p

NAMED = {
    "chi_squared": "χ²",
    "chi_squared_corrected": "χ² with correction",
    "fisher": "Fisher's exact test",
    "t": "Student's t test",
    "welch": "Welch's t test",
}


def tests_tried(ledger: Ledger, one: Finding) -> str:
    """ "on 1 of 27 against 3 of 29, χ² gives 0.335, Fisher's exact test 0.612"; "" where the
    finding holds no such values."""
    detail = one.detail
    if ranges := detail.get("ranges"):
        spans = {name: _span(*span) for name, span in ranges.items()}
        entries = [ledger.entries[name] for name in one.beside]
        given = " against ".join(f"{each.printed} (n = {ledger.size(each)})" for each in entries)
    elif values := detail.get("p_values"):
        spans = {name: _span(p, p) for name, p in values.items()}
        given = _counts(ledger, one)
    else:
        return ""
    told = [(NAMED[name], span) for name, span in spans.items() if name in NAMED]
    if not told or not given:
        return ""
    (test, first), *others = told
    every = [f"{test} gives {first}", *(f"{name} {span}" for name, span in others)]
    return f"on {given}, {', '.join(every)}"


def _counts(ledger: Ledger, one: Finding) -> str:
    """The counts of each group, those of categories by their names."""
    counts, table = one.detail.get("counts"), one.detail.get("table")
    if isinstance(counts, list):
        return " against ".join(f"{x} of {n}" for x, n in counts)
    if isinstance(table, list):
        entries = [ledger.entries[name] for name in one.beside]
        names = dict.fromkeys(each.about.category for each in entries)
        return " against ".join(
            ", ".join(f"{name} {x}" for name, x in zip(names, row, strict=True)) for row in table
        )
    return ""


def _span(low: float, high: float) -> str:
    ends = [shown_p(end).removeprefix("P ").removeprefix("= ") for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
