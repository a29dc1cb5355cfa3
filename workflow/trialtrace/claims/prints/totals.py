"""Categories of one outcome in one group: do their counts add up to the group?"""

from collections.abc import Iterator

from trialtrace.claims.ledger import Entry, Ledger, whole_count
from trialtrace.claims.prints.finding import EXACT, INCONSISTENT, Finding, as_range
from trialtrace.stats.summaries.percentages import counts_for_percentage


def check(ledger: Ledger) -> Iterator[Finding]:
    for entries in ledger.categories.values():
        counted = {
            entry.name: count for entry in entries if (count := whole_count(entry)) is not None
        }
        sizes = {ledger.size(entry) for entry in entries} - {None}
        if len(counted) < 2 or len(sizes) != 1:
            continue
        (n,) = sizes
        yield _total(ledger, entries, counted, int(n or 0))


def _total(ledger: Ledger, entries: list[Entry], counted: dict[str, int], n: int) -> Finding:
    total = sum(counted.values())
    names = list(counted)
    detail = {"total": total, "n": n, "counts": counted}
    if total == n:
        text = f"The {len(counted)} categories add up to {n}."
        return Finding(
            "total.categories",
            names[0],
            _part(ledger, names[0]),
            EXACT,
            text,
            tuple(names[1:]),
            detail,
        )
    odd = _repaired(entries, counted, n - total)
    subject, more = (odd[0], odd[1]) if odd else (names[0], "")
    text = f"The {len(counted)} categories add up to {total}, not to {n}{more}."
    others = tuple(name for name in names if name != subject)
    return Finding(
        "total.categories", subject, _part(ledger, subject), INCONSISTENT, text, others, detail
    )


def _repaired(
    entries: list[Entry], counted: dict[str, int], lacking: int
) -> tuple[str, str] | None:
    """The one category whose own percentage asks for the count that the total lacks."""
    for entry in entries:
        part = entry.parts.get("percent")
        twin = next(
            (o for o in entries if o.name in counted and o.about.category == entry.about.category),
            None,
        )
        if part is None or twin is None:
            continue
        wanted = counted[twin.name] + lacking
        n = sum(counted.values()) + lacking
        if wanted >= 0 and wanted in counts_for_percentage(as_range(part), n).tolist():
            more = f"; {wanted} in place of {counted[twin.name]} would, and prints as {part.text}"
            return twin.name, more
    return None


def _part(ledger: Ledger, name: str) -> str:
    """The component that holds the count."""
    return "count" if "count" in ledger.entries[name].parts else "value"
