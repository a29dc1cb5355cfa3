"""A contradiction in words and as plain data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialtrace.audit.contradiction.cores import Core, core_of
from trialtrace.audit.contradiction.misprints import KINDS
from trialtrace.audit.contradiction.numbers import CLAIM, PATIENTS, RANDOMISED, Number
from trialtrace.audit.contradiction.repairs import Repair, Whole, exchanges, repairs
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import NUMBERS, house, told_apart
from trialtrace.audit.printed.verdicts import NO_USUAL_INTERVAL, PRINT
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.registry import CONTRADICTS
from trialtrace.audit.prints.wording import listed

# The contradictions of a ledger, those of one cause together, each with what would mend it.

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
    ledger: Ledger, findings: Sequence[Finding], rows: Iterable[Mapping[str, object]]
) -> list[Contradiction]:
    """What is inconsistent by the verdicts in `rows`, as minimal contradictions.

    One repair for as many of them as possible; those that none mends stand at the end by
    themselves.
    """
    bad = {(row["claim_id"], row["component"]) for row in rows if row[PRINT] == "inconsistent"}
    asked = [
        finding
        for finding in findings
        if finding.agreement in CONTRADICTS
        and any((finding.claim, part) in bad for part in (finding.component, *finding.covers))
    ]
    cores = list(_apart(core_of(ledger, one) for one in asked[:MOST]))
    return list(_by_cause(Whole(ledger, findings), cores))


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
            contradictions = [cores[at] for at in group]
            mends = repairs(whole, contradictions)
            mends += [
                swap
                for swap, of in swaps
                if all(contradiction in of for contradiction in contradictions)
            ]
            if mends:
                yield _joined(contradictions, sorted(mends, key=lambda mend: mend.order))
                left = [at for at in left if at not in group]
                break
        else:
            for at in left:
                yield _joined([cores[at]], [])
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


def _joined(cores: Sequence[Core], mends: Sequence[Repair]) -> Contradiction:
    ordered = sorted(cores, key=lambda core: len(core.numbers))
    return Contradiction(tuple(ordered), tuple(mends))


MOST_REPAIRS = 3
"""How many repairs are told."""
# What may be so besides a misprint, by the check whose numbers do not fit.
OR_ELSE = {
    "share.everyone": "patients were left out and the share is not of all randomised, it rests on "
    "weights or on imputed values",
    "share.rule": "they are of other patients",
    "fact": "one text is older than the other",
}
UNTRIED = "the interval is by a method that was not tried"
NO_REPAIR = "No single number in place of another was found that mends this."
Told = dict[str, object]


def told_of(
    ledger: Ledger, findings: Sequence[Finding], rows: Iterable[Mapping[str, object]]
) -> list[Told]:
    """Each contradiction among the findings with its numbers, its sentence and its repairs.

    `rows` hold the verdicts that the searches left.
    """
    names = told_apart(
        (entry.name, entry.label, entry.printed) for entry in ledger.entries.values()
    )
    return [
        _item(ledger, contradiction, names)
        for contradiction in contradictions(ledger, findings, rows)
    ]


def _item(ledger: Ledger, contradiction: Contradiction, names: dict[str, str]) -> Told:
    checks = dict.fromkeys(core.again.finding.check for core in contradiction.cores)
    mends = [
        _repair(ledger, repair, names, len(contradiction.cores))
        for repair in contradiction.repairs[:MOST_REPAIRS]
    ]
    mended = " ".join(str(mend["finding"]) for mend in mends) or NO_REPAIR
    if more := len(contradiction.repairs) - len(mends):
        mended += f" {more} more would."
    cannot = _cannot(ledger, contradiction, names)
    return {
        "finding": house(f"{cannot} {mended}"),
        "conflict": house(cannot),
        "numbers": [_number(ledger, number) for number in contradiction.numbers],
        "checks": list(checks),
        "contradictions": len(contradiction.cores),
        "among": list(dict.fromkeys(core.again.finding.claim for core in contradiction.cores)),
        "repairs": mends,
    }


def _cannot(ledger: Ledger, contradiction: Contradiction, names: dict[str, str]) -> str:
    """ "27, 295 and 9.8 % (“Pancreatitis”) contradict each other: at least one of these three
    is wrong."; "do not fit together" where something else may be so."""
    numbers, finding = contradiction.numbers, contradiction.cores[0].again.finding
    check, untried = finding.check, finding.sentence.startswith(NO_USUAL_INTERVAL)
    by_owner: dict[str, list[str]] = {}
    for number in numbers:
        by_owner.setdefault(_owner(ledger, number, names), []).append(_print(ledger, number))
    told = listed([f"{listed(texts)} ({owner})" for owner, texts in by_owner.items()])
    if len(numbers) == 1:
        return f"{told} cannot be right."
    many = NUMBERS[len(numbers)] if len(numbers) < len(NUMBERS) else len(numbers)
    wrong = f"at least one of these {many} is wrong"
    if len(numbers) == 2:
        wrong = "one of the two is wrong, or both are"
    papers = {ledger.entries[number.of].paper for number in numbers if number.kind == CLAIM}
    other = UNTRIED if untried else OR_ELSE.get(check)
    if not other or (check == "fact" and len(papers) == 1):
        return f"{told} contradict each other: {wrong}."
    return f"{told} do not fit together: {other}, or {wrong}."


def _repair(ledger: Ledger, repair: Repair, names: dict[str, str], number: int) -> Told:
    told = listed(
        [
            f"{text} in place of {_plain(ledger, place)} ({_owner(ledger, place, names)})"
            for place, text in repair.changes.items()
        ]
    )
    few = "both contradictions" if number == 2 else f"all {number} contradictions"
    all_ = "this" if number == 1 else few
    how = KINDS[repair.how][1] if repair.how in KINDS else repair.how
    verb = "mends" if len(repair.changes) == 1 else "mend"
    if repair.given:
        p = listed([f"{ledger.entries[name].printed} (“{names[name]}”)" for name in repair.given])
        how += f", and a usual test then gives {p}"
    return {
        "finding": house(f"{told[0].upper()}{told[1:]} {verb} {all_}: {how}."),
        "how": how,
        "changes": [_number(ledger, at) | {"instead": text} for at, text in repair.changes.items()],
    }


def _owner(ledger: Ledger, number: Number, names: dict[str, str]) -> str:
    if number.kind in (CLAIM, PATIENTS):
        return f"“{names[number.of]}”"
    if number.kind == RANDOMISED:
        return f"randomised to {ledger.groups[number.of].label}"
    group = ledger.groups.get(number.part)
    whom = group.label if group else number.part
    return f"{ledger.populations[number.of].label}, {whom}"


def _print(ledger: Ledger, number: Number) -> str:
    """A number as its claim prints it."""
    if number.kind == CLAIM:
        return ledger.entries[number.of].parts[number.part].text
    return _plain(ledger, number)


def _plain(ledger: Ledger, number: Number) -> str:
    if number.kind == CLAIM:
        return ledger.entries[number.of].parts[number.part].number
    if number.kind == PATIENTS:
        return f"{ledger.entries[number.of].about.patients} patients"
    if number.kind == RANDOMISED:
        return str(ledger.groups[number.of].randomised)
    return str((ledger.populations[number.of].sizes or {})[number.part])


def _number(ledger: Ledger, number: Number) -> Told:
    """Where a number stands; what is no claim by its key in the ledger."""
    if number.kind == CLAIM:
        return {
            "claim": number.of,
            "component": number.part,
            "printed": _print(ledger, number),
        }
    key = {
        PATIENTS: f"claims.{number.of}.about.patients",
        RANDOMISED: f"groups.{number.of}.randomised",
    }.get(number.kind, f"populations.{number.of}.sizes.{number.part}")
    claim = number.of if number.kind == PATIENTS else None
    return {"claim": claim, "component": key, "printed": _plain(ledger, number)}
