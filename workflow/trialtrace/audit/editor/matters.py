"""Kinds of matter that are asked once for all numbers they are found of, and how each is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from trialtrace.audit.editor.letter import quoted
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import house
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.wording import listed, p_span, signed, span_text
from trialtrace.base.grouping import grouped

Item = tuple[str, str, str]
"""A number as quoted, what is told of it, and its claim."""
LETTERS = "ABCD"
PAIRS = ("A and B against C and D", "A and C against B and D", "A and D against B and C")
"""The contrasts of a two-by-two design, in the order of its findings."""


@dataclass(frozen=True)
class Question:
    """A question; `items` are the numbers it is asked of, where several; `claims` are theirs."""

    text: str
    items: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([self.text, *self.items])


def one_or_list(items: Sequence[Item], text: str, several: str, lead: str = "") -> list[Question]:
    """A question of one number in a sentence, of several with a list; nothing of none.

    `lead` is what is told of all; `text` has {} where the number stands."""
    claims = tuple(dict.fromkeys(claim for *_, claim in items))
    if not items:
        return []
    if len(items) == 1:
        (where, told, _), end = items[0], f" {lead}" if lead else ""
        more = f" {told[:1].upper()}{told[1:].rstrip('.')}." if told else ""
        return [Question(f"{text.format(where)}{end}{more}", (), claims)]
    told_of = [f"{where}: {told.rstrip('.')}." if told else f"{where}." for where, told, _ in items]
    return [Question(f"{several}{f' {lead}' if lead else ''}", tuple(told_of), claims)]


@dataclass(frozen=True)
class Kind:
    """The checks of a kind of matter, and the questions on what they found."""

    checks: tuple[str, ...]
    ask: Callable[[Ledger, Sequence[Finding]], list[Question]]

    def asked(self, ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
        own = [finding for finding in findings if finding.check in self.checks]
        return self.ask(ledger, own) if own else []


def _wholes(ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
    """Means and deviations that whole numbers cannot have: that they are whole is asked."""
    items: list[Item] = []
    sizes: set[int | None] = set()
    for finding in findings:
        entry = ledger.entries[finding.claim]
        sizes.add(ledger.size(entry))
        items.append((quoted(ledger, entry), _nearest(ledger, entry, finding), finding.claim))
    lead = ""
    if len(sizes) == 1 and (n := sizes.pop()) and items[1:] and not _items(ledger, findings[0]):
        lead = f"Means of {n} whole numbers are multiples of {1 / n:.4g}."
    asked = "and could a value be other than a whole number?"
    return one_or_list(
        items,
        f"How many values entered {{}}, {asked}",
        f"How many values entered each of these means, {asked}",
        lead,
    )


def _items(ledger: Ledger, finding: Finding) -> int | None:
    printed = ledger.outcomes[ledger.entries[finding.claim].about.outcome or ""].items
    return int(printed) if printed else None


def _nearest(ledger: Ledger, entry: Claim, finding: Finding) -> str:
    """What so many whole numbers give: the means beside the printed one."""
    part, n = entry.parts["value"], ledger.size(entry) or 0
    items = _items(ledger, finding)
    what = f"{n} means of {items} whole numbers" if items else f"{n} whole numbers"
    if finding.component != "value":
        outcome = ledger.outcomes[entry.about.outcome or ""]
        scale = f" from {outcome.scale.from_} to {outcome.scale.to}" if outcome.scale else ""
        return f"no {what}{scale} with this mean have this standard deviation"
    steps = n * (items or 1)
    value = float(part.value or 0) * steps
    ends = [signed(end / steps, max(part.places, 0) + 1) for end in (floor(value), ceil(value))]
    return f"the means of {what} nearest to it are {ends[0]} and {ends[1]}"


def _shares(ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
    """Percentages that no count gives of the patients taken, those of an outcome together."""
    asked: list[Question] = []
    for own in grouped(findings, lambda one: ledger.entries[one.claim].about.outcome).values():
        items = [
            (quoted(ledger, ledger.entries[one.claim]), _counts_beside(ledger, one), one.claim)
            for one in own
        ]
        everyone = any(one.check == "share.everyone" for one in own)
        imputed = ", and were missing values imputed?" if everyone else "?"
        asked += one_or_list(
            items,
            f"How many patients are the denominator of {{}}{imputed}",
            f"How many patients are the denominator of each of these percentages{imputed}",
        )
    return asked


def _counts_beside(ledger: Ledger, finding: Finding) -> str:
    """The counts of the patients taken that are nearest to a percentage."""
    part = ledger.entries[finding.claim].parts[finding.component]
    n = int(finding.detail.get("randomised") or finding.detail["n"])
    exact, places = float(part.value or 0) * n / 100, max(part.places, 0)
    told = [f"{k} of {n} are {100 * k / n:.{places}f} %" for k in (floor(exact), ceil(exact))]
    who = f"of all {n} randomised, " if "randomised" in finding.detail else ""
    return f"{who}{' and '.join(told)}"


def _intervals(ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
    methods = sorted(
        {str(each["method"]) for finding in findings for each in finding.detail["nearest"]}
    )
    lead = f"None of the usual intervals ({', '.join(methods)}) of a count that gives the "
    lead += "percentage has these limits."
    return one_or_list(
        [
            (quoted(ledger, ledger.entries[finding.claim]), "", finding.claim)
            for finding in findings
        ],
        "By which method, and of how many patients, was the interval of {} computed?",
        "By which method, and of how many patients, was each of these intervals computed?",
        lead,
    )


def _rules(ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
    return [
        Question(
            "Which patients are in one of these shares and not in the other: "
            + " and ".join(
                quoted(ledger, ledger.entries[name]) for name in (finding.claim, *finding.beside)
            )
            + "?",
            (),
            (finding.claim,),
        )
        for finding in findings
    ]


def _means(ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
    """t and F that the means do not give."""
    items = [
        (quoted(ledger, ledger.entries[finding.claim]), _recomputed(ledger, finding), finding.claim)
        for finding in findings
    ]
    return one_or_list(
        items,
        "How was {} computed, and of how many participants?",
        "How was each of these tests computed, and of how many participants? Beside each stands "
        "what the printed means and deviations give with the n taken here.",
    )


def _recomputed(ledger: Ledger, finding: Finding) -> str:
    given = listed(
        [f"{each.printed} (n = {ledger.size(each)})" for each in _beside(ledger, finding)]
    )
    symbol = ledger.entries[finding.claim].parts["statistic"].symbol or ""
    letter = "F" if symbol == "f" else symbol
    spans = [
        f"{_span(*span)}{f' ({name})' if name else ''}"
        for name, span in finding.detail["ranges"].items()
    ]
    return f"{given} give {letter} of {' or '.join(spans)}"


def _span(low: float, high: float) -> str:
    low, high = sorted((abs(low), abs(high))) if low * high > 0 else (low, high)
    return span_text(signed(end, 2) for end in (low, high))


def _effects(ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
    """F of two-by-two designs, those of the same groups together, an outcome an item."""
    asked: list[Question] = []
    for own in grouped(
        findings, lambda one: tuple(entry.about.group for entry in _beside(ledger, one))
    ).values():
        key = [
            f"{letter} {ledger.group_label(entry)} (n = {ledger.size(entry)})"
            for letter, entry in zip(LETTERS, _beside(ledger, own[0]), strict=True)
        ]
        lead = f"The groups are {'; '.join(key)}. Beside each stands what the printed means and "
        lead += "deviations give for two of them against the other two."
        items: list[Item] = []
        for same in grouped(own, lambda one: tuple(one.beside)).values():
            spans = zip(same[0].detail["effects"][: len(PAIRS)], PAIRS, strict=True)
            told = listed([f"{_span(*span)} for {pair}" for span, pair in spans])
            where = listed([quoted(ledger, ledger.entries[one.claim]) for one in same])
            items.append((where, f"F of {told}", same[0].claim))
        questions = one_or_list(
            items,
            "By which design and model was {} computed?",
            "By which design and model was each of these computed?",
            lead,
        )
        asked += [
            replace(question, claims=tuple(each.claim for each in own)) for question in questions
        ]
    return asked


def _beside(ledger: Ledger, finding: Finding) -> list[Claim]:
    """The claims on single groups that a finding rests on, not the comparison of another row."""
    return [entry for name in finding.beside if (entry := ledger.entries[name]).about.group]


def _p_of_statistics(ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
    def span(finding: Finding) -> str:
        low, high = finding.detail.get("p_uncorrected") or (
            finding.detail["low"],
            finding.detail["high"],
        )
        return house(f"the statistic on its degrees of freedom gives {p_span(low, high)}")

    return one_or_list(
        [(quoted(ledger, ledger.entries[one.claim]), span(one), one.claim) for one in findings],
        "Are statistic, degrees of freedom and P as you meant them in {}?",
        "Are statistic, degrees of freedom and P as you meant them in each of these?",
    )


def _impossible(ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
    return one_or_list(
        [
            (quoted(ledger, ledger.entries[one.claim]), house(one.sentence), one.claim)
            for one in findings
        ],
        "Is {} as you meant it?",
        "Is each of these as you meant it?",
    )


KINDS = (
    Kind(("number.impossible",), _impossible),
    Kind(("mean.granularity", "deviation.granularity"), _wholes),
    Kind(("share.everyone", "share.count"), _shares),
    Kind(("interval.share",), _intervals),
    Kind(("share.rule",), _rules),
    Kind(("statistic.means",), _means),
    Kind(("statistic.factorial",), _effects),
    Kind(("statistic.p",), _p_of_statistics),
)
