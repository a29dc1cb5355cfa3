"""A level of a factor, at the margin of a factorial design, against the groups that it is made of.

The patients of "any streptokinase" are those of both groups that had it: sizes and counts add up.
Source: the design itself. Oracle: sums by hand.
"""

from collections.abc import Iterator

from trialtrace.audit.ledger.claim import Claim, one_count
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.prints.agreements import EXACT, INCONSISTENT, REMARK
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.wording import listed


@checks(
    "counts of a level of a factor (`of` of its group) against those of the groups that it is made "
    "of: a contradiction where their patients add up, else a remark",
    {"factor.count": "The events of a level of a factor, and of the groups it is made of."},
    of_sizes=("factor.count",),
)
def check_levels_of_factors(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.of_group():
        group = ledger.groups.get(entry.about.group or "")
        if group is None or not group.of or entry.about.size is not None:
            continue
        counts = [one_count(ledger.beside(entry, name)) for name in group.of]
        if entry.whole_count is not None and entry.basis is None and None not in counts:
            yield _held(ledger, entry, [count for count in counts if count is not None])


def _held(ledger: Ledger, entry: Claim, claims: list[Claim]) -> Finding:
    counts, count = [int(claim.whole_count or 0) for claim in claims], int(entry.whole_count or 0)
    sizes, everyone = [ledger.size(claim) for claim in claims], ledger.size(entry)
    same = None not in sizes and sum(int(n or 0) for n in sizes) == everyone
    labels = listed([f"“{ledger.group_label(claim)}”" for claim in claims], "and")
    text = f"{' + '.join(map(thousands, counts))} ({labels}) are {thousands(sum(counts))}"
    agreement = EXACT
    if sum(counts) != count:
        agreement = INCONSISTENT if same else REMARK
        text += f"; printed is {thousands(count)}"
        text += "." if same else ", of patients that do not add up or are not printed."
    name = "count" if "count" in entry.parts else "value"
    detail = {"counts": counts, "sizes": sizes}
    return verdict("factor.count", entry, name, agreement, text, claims, detail)
