"""Numbers that no study can have, as a p above 1, and such of which is not said what they are."""

from collections.abc import Iterator

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import DOUBT, INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.wording import listed


@checks(
    "what no study can have: a count above its denominator, a p above 1, an interval "
    "upside down, a negative deviation, or one of one patient, a ratio below 0, a correlation "
    "beyond 1, an F or χ² below 0; nothing else is held against it",
    {
        "number.impossible": "A number that no study can have.",
        "number.unclear": "A number of which the expression does not say what it is.",
        "number.zero": "A p printed as 0 with fewer than two decimals: no test gives 0.",
    },
    of_all=True,
)
def check_impossible(ledger: Ledger) -> Iterator[Finding]:
    for name in sorted(ledger.unclear):
        yield _unclear(ledger, ledger.entries[name])
    alone = set[tuple[str, str | None]]()
    for entry in ledger.entries.values():
        found, spread = entry.impossible, entry.parts.get("sd", entry.parts.get("se"))
        of = entry.place.partition(", row")[0], entry.about.group
        if spread is not None and spread.value and ledger.size(entry) == 1 and of not in alone:
            alone.add(of)
            text = f"One patient has no spread; {spread.text} is printed."
            yield verdict("number.impossible", entry, spread.name, INCONSISTENT, text)
        if _is_zero_p(entry):
            text = f"Does {entry.parts['p'].text} stand for “P < 0.001”, or are digits lost? No "
            text += "test gives a p of 0."
            yield verdict("number.zero", entry, "p", DOUBT, text)
        if not found:
            continue
        told = listed(
            [f"{what} is printed, where there can only be {can}" for what, can in found.values()]
        )
        name, (first, *others), text = "number.impossible", found, f"{told[0].upper()}{told[1:]}."
        yield verdict(name, entry, first, INCONSISTENT, text, covers=tuple(others))


def _is_zero_p(entry: Claim) -> bool:
    """Whether a p is printed as 0 without two decimals, to which it may have been rounded."""
    p = entry.parts.get("p")
    if p is None or p.relation != "=" or p.value != 0:
        return False
    return len(p.number.partition(".")[2]) < p.places


def _unclear(ledger: Ledger, entry: Claim) -> Finding:
    """A whole number and one in brackets that is not the percentage that it would be, or two
    numbers in brackets of no said kind."""
    if entry.bare_pair:
        value, low, high = (entry.parts[name] for name in ("value", "ci_low", "ci_high"))
        text = (
            f"Not checkable: “{entry.printed}” does not say what {low.text} and {high.text} are; "
            f'write "median (IQR) {value.number} ({low.text} to {high.text})", "median (range) …" '
            'or "… (95% CI …)".'
        )
        covers = (low.name, high.name)
        if value.bounds[1] <= low.bounds[0] or value.bounds[0] >= high.bounds[1]:
            text = f"{value.text} lies outside of {low.text} to {high.text}, whatever these are."
            return verdict("number.unclear", entry, "value", INCONSISTENT, text, covers=covers)
        return verdict("number.unclear", entry, "value", NOT_CHECKABLE, text, covers=covers)
    count, percent = entry.parts["count"], entry.parts["percent"]
    text = (
        f"Not checkable: {count.text} of {ledger.size(entry)} is not {percent.text} %; write "
        f'"{count.text} ({percent.text}%)" if it is a count, "mean (SD) {count.text} '
        f'({percent.text})" if it is a mean.'
    )
    return verdict("number.unclear", entry, "count", NOT_CHECKABLE, text, covers=("percent",))
