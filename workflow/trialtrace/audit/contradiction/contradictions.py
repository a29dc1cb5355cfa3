"""The contradictions of a ledger, those of one cause together, each with what would mend it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialtrace.audit.contradiction.cores import Core, core_of
from trialtrace.audit.contradiction.numbers import Number
from trialtrace.audit.contradiction.repairs import Repair, Whole, exchanges, repairs
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.verdicts import PRINT
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.registry import CONTRADICTS

MOST = 40
"""How many contradictions of a ledger are looked into."""


@dataclass(frozen=True)
class Contradiction:
    """Numbers that cannot all hold, and the repairs that mend them, the likeliest first.

    `cores` are all contradictions that have this cause, that of the fewest numbers first.
    """

    cores: tuple[Core, ...]
    repairs: tuple[Repair, ...]

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The fewest numbers that cannot all hold."""
        return self.cores[0].numbers


def contradictions(
    ledger: Ledger, found: Sequence[Finding], rows: Iterable[Mapping[str, object]]
) -> list[Contradiction]:
    """What is inconsistent by the verdicts in `rows`, as minimal contradictions.

    One repair for as many of them as possible; those that none mends stand at the end by
    themselves.
    """
    bad = {(row["claim_id"], row["component"]) for row in rows if row[PRINT] == "inconsistent"}
    asked = [
        one
        for one in found
        if one.agreement in CONTRADICTS
        and any((one.claim, part) in bad for part in (one.component, *one.covers))
    ]
    cores = list(_apart(core_of(ledger, one) for one in asked[:MOST]))
    return list(_by_cause(Whole(ledger, found), cores))


def _apart(cores: Iterable[Core | None]) -> Iterator[Core]:
    """Each set of numbers once, by each check."""
    seen = set()
    for core in cores:
        if core is not None and (key := (core.again.finding.check, core.numbers)) not in seen:
            seen.add(key)
            yield core


def _by_cause(whole: Whole, cores: list[Core]) -> Iterator[Contradiction]:
    """Greedy: first the numbers that most contradictions share."""
    swaps = list(exchanges(whole, cores))
    left = list(range(len(cores)))
    while left:
        for group in _groups(cores, swaps, left):
            own = [cores[at] for at in group]
            mends = repairs(whole, own)
            mends += [swap for swap, of in swaps if all(one in of for one in own)]
            if mends:
                yield _made(own, sorted(mends, key=lambda one: -one.weight))
                left = [at for at in left if at not in group]
                break
        else:
            for at in left:
                yield _made([cores[at]], [])
            return


def _groups(
    cores: Sequence[Core], swaps: Sequence[tuple[Repair, list[Core]]], left: Sequence[int]
) -> list[tuple[int, ...]]:
    """The contradictions that share a number, or that an exchange mends; the most first."""
    of: dict[Number, list[int]] = {}
    for at in left:
        for number in cores[at].numbers:
            of.setdefault(number, []).append(at)
    groups = dict.fromkeys(tuple(group) for group in of.values())
    groups |= {tuple(at for at in left if cores[at] in mended): None for _, mended in swaps}
    return sorted(filter(None, groups), key=lambda group: (-len(group), group))


def _made(cores: Sequence[Core], mends: Sequence[Repair]) -> Contradiction:
    ordered = sorted(cores, key=lambda core: len(core.numbers))
    return Contradiction(tuple(ordered), tuple(mends))
