"""The rows of the form: what an audit proposes and shows for each check.

Proposed are yes and unclear, and only where numbers or days decide; never no. A finding stands in
one row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scipy.special import bdtr, bdtrc

from trialtrace.audit.forms.checks import Check
from trialtrace.audit.forms.notices import DOI, RETRACTED, Notice
from trialtrace.audit.forms.results import Found, Results
from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.texts import source as cited
from trialtrace.audit.registration.rows import CHANGED, LATE, NOTHING, REMARK, SAID
from trialtrace.audit.relations.engine import CONTRADICTS
from trialtrace.audit.relations.ranges import ends_of

YES, UNCLEAR, NOT_APPLICABLE, NONE = "yes", "unclear", "not applicable", ""
MOST_SHOWN = 6
RATIOS = ("1:1", "2:1", "3:1")
LEAST_CHANCE = 0.001
"""Sizes that are less likely than this with each of the ratios are a question."""
ONLY_EVIDENCE = ("4.7", "4.11")
BY_NUMBERS = ("4.6", "4.8", "4.9", "4.10")
EQUAL_ROWS = ("baseline.rows", "baseline.equal")
FIRST = "registered.first"
DIFFERS = (next(iter(SAID)), LATE, CHANGED, REMARK)
"""Verdicts of a registration that are shown: its gravest, and what is not the same."""
DAYS_A_MONTH = 30.4375
NOT_FOR_ROUTINE = (
    "Formal tests of baseline balance are not for routine use by non-experts and propose nothing."
)
OF_BIAS = (
    "Changes of outcomes and sample sizes that were not reached propose nothing here: they are "
    "assessed as risk of bias."
)


@dataclass(frozen=True)
class Row:
    """A row of the form. `evidence` are sentences, each with its place in the paper or "";
    `decided` says that nothing more would decide it."""

    check: Check
    proposed: str
    numbers: int
    evidence: tuple[tuple[str, str], ...] = ()
    decided: bool = False

    @property
    def missing(self) -> str:
        return "" if self.decided else self.check.missing


@dataclass(frozen=True)
class Beside:
    """What a form has next to its ledger: notices by DOI, and the ledger of another publication."""

    notices: Mapping[str, Sequence[Notice]] | None = None
    against: Ledger | None = None
    other: str = field(default="")


def count(numbers: int) -> str:
    return f"{numbers} published number{'' if numbers == 1 else 's'}"


def _told(*texts: str) -> tuple[tuple[str, str], ...]:
    """Evidence without a place."""
    return tuple((text, "") for text in texts)


def _of_numbers(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    """A row of which the relations between published numbers decide."""
    wrong = found.of(check.number)
    numbers = found.checked.get(check.number, 0)
    evidence = _evidence(wrong)
    if not wrong and numbers:
        evidence = _told(f"Nothing found in {count(numbers)}.")
    elif not wrong and check.number in BY_NUMBERS:
        evidence = _told("No published number could be checked.")
    return Row(check, _proposed(check, wrong), numbers, evidence)


def _proposed(check: Check, wrong: Sequence[Found]) -> str:
    if check.number in ONLY_EVIDENCE or not wrong:
        return NONE
    sure = any(one.state == CONTRADICTS and not one.explained for one in wrong)
    return YES if sure and check.yes_means_problem else UNCLEAR


def _evidence(wrong: Sequence[Found]) -> tuple[tuple[str, str], ...]:
    shown = {one.sentence: one.place for one in reversed(wrong)}
    every = [(one.sentence, shown.pop(one.sentence)) for one in wrong if one.sentence in shown]
    more = len(every) - MOST_SHOWN
    return (*every[:MOST_SHOWN], *(_told(f"And {more} more.") if more > 0 else ()))


def _dois(ledger: Ledger) -> list[str]:
    texts = [cited(text) for text in (*ledger.texts.values(), *ledger.papers.values())]
    every = (doi.rstrip(".").lower() for text in texts for doi in DOI.findall(text))
    return list(dict.fromkeys(every))


def _notice(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    """A retraction (1.1), or any other notice (1.2)."""
    dois = _dois(ledger)
    if not dois:
        return Row(check, NONE, 0, _told("No DOI is given."))
    if beside.notices is None:
        return Row(check, NONE, 0, _told(f"DOI {', '.join(dois)}"))
    own = [
        one
        for doi in dois
        for one in beside.notices.get(doi, ())
        if (one.nature.strip().lower() == RETRACTED) == (check.number == "1.1")
    ]
    told = [one.text for one in own] or [f"{', '.join(dois)}: not in the list."]
    return Row(check, YES if own else NONE, 0, _told(*told), decided=bool(own))


def _registered(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    """Days decide where both are in the ledger: registered after the enrolment began."""
    rows = [one for one in found.registered if one.check == FIRST]
    late = any(one.verdict == LATE and one.reported != NOTHING for one in rows)
    told = _told(*(one.finding for one in rows))
    return Row(check, UNCLEAR if late else NONE, 0, told, decided=late)


def _changed(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    """Two numbers for one thing propose unclear; changes of outcomes and of size are shown."""
    row = _of_numbers(check, ledger, found, beside)
    sure = any(one.state == CONTRADICTS for one in found.of(check.number))
    told = [
        one.finding for one in found.registered if one.verdict in DIFFERS and one.check != FIRST
    ]
    shown = (*row.evidence, *_told(*told, *((OF_BIAS,) if told else ())))
    return replace(row, proposed=UNCLEAR if sure else NONE, evidence=shown)


def _recruitment(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    patients = _patients(ledger)
    for design in (*ledger.reported.values(), *ledger.registered.values()):
        begin, end = design.day("begin"), design.day("end")
        if begin and end and patients:
            months = max((end.last - begin.first).days / DAYS_A_MONTH, 1 / DAYS_A_MONTH)
            text = f"{patients} patients in {months:.1f} months: {patients / months:.1f} a month."
            return Row(check, NONE, 0, _told(text))
    told = (f"{patients} randomised; days of the enrolment are not given.",)
    return Row(check, NONE, 0, _told(*(told if patients else ())))


def _patients(ledger: Ledger) -> int:
    """How many were randomised, as printed or added up; 0 where the ledger does not say."""
    total = ledger.sizes("randomised").get(ALL)
    printed = None if total is None else total.whole_count
    return printed or sum(_randomised(ledger).values())


def _randomised(ledger: Ledger) -> dict[str, int]:
    """Patients randomised by arm, where the ledger has them of every arm."""
    sizes = {name: ledger.groups[name].size for name in ledger.apart}
    for name, claim in ledger.sizes("randomised").items():
        if name in sizes:
            sizes[name] = sizes[name] or claim.whole_count
    return {name: size for name, size in sizes.items() if size} if all(sizes.values()) else {}


def _sizes(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    sizes = _randomised(ledger)
    if len(sizes) < 2:
        return Row(check, NONE, 0, _told("Sizes as randomised are not given by arm."))
    told = [", ".join(f"{ledger.groups[name].label} {size}" for name, size in sizes.items()) + "."]
    proposed = NONE
    if len(sizes) == 2:
        one, other = sizes.values()
        chances = {ratio: _uneven(one, other, ratio) for ratio in RATIOS}
        fits = [ratio for ratio, chance in chances.items() if chance >= LEAST_CHANCE]
        if RATIOS[0] in fits:
            fits = [RATIOS[0]]
        proposed = NONE if fits else UNCLEAR
        told += [
            f"With ratio {ratio} and simple randomisation, sizes as uneven have P = "
            f"{chances[ratio]:.2g}."
            for ratio in dict.fromkeys((RATIOS[0], *fits))
        ]
        told.append("Blocks allow less. Ratio and method are not given.")
    return Row(check, proposed, len(sizes), _told(*told))


def _uneven(first: int, second: int, ratio: str) -> float:
    """Two-sided binomial probability of sizes as far from the ratio, whichever arm is larger."""
    larger, n = max(first, second), first + second
    parts = [int(part) for part in ratio.split(":")]
    share = parts[0] / sum(parts)
    one_side = min(bdtr(larger, n, share), bdtrc(larger - 1, n, share))
    return min(1.0, 2 * float(one_side))


def _baseline(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    """Equal rows propose unclear; formal tests of balance are shown and propose nothing."""
    rows = [pair for pair in _pairs(ledger).values() if len(pair) > 1]
    wrong = found.of(check.number)
    equal = sum(len(set(pair)) == 1 for pair in rows)
    told = _told(f"{equal} of {len(rows)} outcomes have the same mean and SD in all arms.")
    if not rows:
        told = _told("No mean with its SD in two arms.")
    tested = any(one.relation not in EQUAL_ROWS for one in wrong)
    asked = any(one.relation in EQUAL_ROWS for one in wrong)
    evidence = (*told, *_evidence(wrong), *_told(*((NOT_FOR_ROUTINE,) if tested else ())))
    return Row(check, UNCLEAR if asked else NONE, len(rows), evidence)


def _pairs(ledger: Ledger) -> dict[tuple[object, ...], list[tuple[str, str]]]:
    """Mean and SD of each arm, as printed, by outcome at baseline or at no stated visit."""
    pairs: dict[tuple[object, ...], list[tuple[str, str]]] = {}
    for entry in ledger.entries.values():
        outcome = ledger.outcomes.get(entry.about.outcome or "")
        visit = (entry.about.visit or "").lower()
        before = (outcome is not None and outcome.baseline) or not visit or "baseline" in visit
        if before and not entry.about.change and entry.about.group and entry.has("value", "sd"):
            pair = entry.parts["value"].text, entry.parts["sd"].text
            pairs.setdefault((entry.paper, *entry.about.cell), []).append(pair)
    return pairs


def _shared(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    """Equal rows of mean and SD in another publication."""
    if beside.against is None:
        return Row(check, NONE, 0)
    own, other = _spreads(ledger), _spreads(beside.against)
    both = own & other
    told = f"{len(both)} of {len(own)} pairs of mean and SD are in {beside.other} too"
    shown = "; ".join(f"{mean} ({sd})" for mean, sd in sorted(both)[:MOST_SHOWN])
    told = f"{told}{': ' + shown if shown else ''}."
    return Row(check, NONE, len(own), _told(told), decided=True)


def _spreads(ledger: Ledger) -> set[tuple[str, str]]:
    return {
        (entry.parts["value"].text, entry.parts["sd"].text)
        for entry in ledger.entries.values()
        if entry.has("value", "sd")
    }


def _publications(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    """Numbers of one outcome and arm, known by their labels, that the other ledger has too."""
    row = _of_numbers(check, ledger, found, beside)
    if beside.against is None:
        return row
    own, other = _labelled(ledger), _labelled(beside.against)
    both = [(own[key], other[key]) for key in own if key in other]
    differ = [
        (f"{one.label}: {one.printed}; in {beside.other}: {two.printed}.", one.place)
        for one, two in both
        if any(
            name in two.parts and not ends_of(part).meets(*ends_of(two.parts[name]))
            for name, part in one.parts.items()
        )
    ]
    told = f"{len(differ)} of {count(len(both))} with the same outcome and arm differ."
    evidence = (*row.evidence, (told, ""), *differ[:MOST_SHOWN])
    return Row(check, NONE, row.numbers + len(both), evidence, decided=True)


def _labelled(ledger: Ledger) -> dict[tuple[str, ...], Claim]:
    """Claims by the labels of outcome and group, visit, category and population."""
    found: dict[tuple[str, ...], Claim] = {}
    for entry in ledger.entries.values():
        about = entry.about
        outcome = ledger.outcomes.get(about.outcome or "")
        group = ledger.groups.get(about.group or "")
        if outcome is not None and group is not None:
            rest = about.visit, about.category, about.population
            key = (outcome.label, group.label, *(one or "" for one in rest), *sorted(entry.parts))
            found.setdefault(tuple(one.casefold() for one in key), entry)
    return found


def _tests(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    """Tests and intervals, and how many continuous results the rounded summaries give exactly."""
    row = _of_numbers(check, ledger, found, beside)
    exact, of = found.exact
    if not of:
        return row
    told = f"{exact} of {of} results of means are exactly what the rounded summaries give"
    told += ": all of them, which is itself a reason for doubt." if exact == of > 2 else "."
    return replace(row, evidence=(*row.evidence, (told, "")))


SPECIAL: Mapping[str, Callable[[Check, Ledger, Results, Beside], Row]] = {
    "1.1": _notice,
    "1.2": _notice,
    "2.2": _registered,
    "2.3": _changed,
    "2.4": _recruitment,
    "3.1": _shared,
    "4.2": _sizes,
    "4.3": _baseline,
    "4.9": _tests,
    "4.11": _publications,
}


def row_of_check(check: Check, ledger: Ledger, found: Results, beside: Beside) -> Row:
    """The row of a check: what it proposes, of how many values, and the evidence."""
    return SPECIAL.get(check.number, _of_numbers)(check, ledger, found, beside)
