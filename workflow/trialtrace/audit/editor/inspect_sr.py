"""The 21 checks of INSPECT-SR, each with the evidence that printed numbers give.

Source: Wilkinson J et al. INSPECT-SR: a tool for assessing trustworthiness of randomised controlled
trials. medRxiv 2025, doi 10.1101/2025.09.03.25334905; inspect.sr. The checks are told in our words;
the judgements, "no concerns", "some concerns" or "serious concerns" for each domain and for the
study, are those of two reviewers who work apart, and nothing here makes one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialtrace.audit.editor.letter import is_baseline, label_of
from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.sentences import brief, house, thousands
from trialtrace.audit.printed.verdicts import PRINT
from trialtrace.audit.prints.finding import ALTERNATIVE, COMPATIBLE, INCONSISTENT, Finding, listed
from trialtrace.audit.prints.registry import CONTRADICTS
from trialtrace.audit.registration.rows import Held
from trialtrace.audit.verdicts.tally import unmatched

SOURCE = (
    "INSPECT-SR: Wilkinson J et al., medRxiv 2025, doi 10.1101/2025.09.03.25334905; the wording "
    "here is ours, the guidance is on inspect.sr."
)
DOMAINS = {
    1: "Post-publication notices",
    2: "Conduct, governance and transparency",
    3: "Text and figures",
    4: "Results in the study",
}
CHECKS = {
    "1.1": "Has the study been retracted?",
    "1.2": "Is there an expression of concern or another notice after publication?",
    "1.3": "Do other studies of the team give cause for concern?",
    "2.1": "Are there concerns about the ethical approval?",
    "2.2": "Are there concerns about the time of the registration, or is there none?",
    "2.3": "Do the publication and the registration differ in what matters?",
    "2.4": "Is the recruitment implausible?",
    "2.5": "Could the study be carried out with the methods and means that are told?",
    "3.1": "Is text or a table duplicated, or text there that does not belong to the study?",
    "3.2": "Are figures manipulated or duplicated?",
    "4.1": "Do the data agree with who was eligible?",
    "4.2": "Are the sizes of the groups implausible for the way of allocation?",
    "4.3": "Are baseline data implausible?",
    "4.4": "Do figures, tables and text tell different results?",
    "4.5": "Are the numbers lost to follow-up implausible?",
    "4.6": "Do the numbers of participants disagree without an explanation?",
    "4.7": "Are outcomes or effects implausible?",
    "4.8": "Are means and variances of whole numbers impossible?",
    "4.9": "Are there errors in the statistical results?",
    "4.10": "Do the data imply any other contradiction?",
    "4.11": "Do several publications of the study differ in methods or results?",
}
OTHERS = "4.10"
_OF = {
    "4.3": ("baseline.",),
    "4.4": ("place.", "fact", "headline.", "direction.", "statement."),
    "4.6": ("size.", "share.denominator", "share.everyone", "share.outcomes", "share.rule"),
    "4.8": ("mean.", "deviation.", "median.granularity"),
    "4.9": (
        "p.",
        "median.",
        "coefficient.",
        "estimate.",
        "standardised.",
        "needed.",
        "rate.",
        "curve.",
        "statistic.",
        "interval.",
        "comparison.",
        "difference.",
        "reduction.",
        "error.",
        "hazard.",
    ),
}
OF_REGISTRATION = {
    "2.2": ("registered.first", "registered.last"),
    "2.3": (
        "registered.outcome",
        "registered.measure",
        "registered.patients",
        "registered.alpha",
        "registered.margin",
        "registered.conclusion",
    ),
    "2.4": ("registered.days",),
}
"""Findings on the registration that are evidence for a check."""
NOT_HERE = "Not looked at: printed numbers do not tell."
NO_FINDING = "No number of the ledger could be held against another for this."
NOTHING_TO_HOLD = "Nothing to hold it against:"
BASELINE, SIZES, STATISTICS = "4.3", "4.2", "4.9"
SAID = {
    INCONSISTENT: "{n} contradict",
    ALTERNATIVE: "{n} by another choice",
    NOT_CHECKABLE: "{n} that no usual test gives",
}
"""How the checks are counted that are told, by the verdict on print."""
NONE = "none contradicts"
MOST_ARMS = 2
"""Of more groups than these, some may be parts of others."""
COLUMNS = ("domain", "check", "asked", "evidence", "reviewer_1", "reviewer_2")
MOST_TOLD = 5


@dataclass(frozen=True)
class Asked:
    """One check of the sheet with the evidence that the tool has."""

    number: str
    text: str
    evidence: str

    @property
    def domain(self) -> str:
        first = int(self.number.partition(".")[0])
        return f"{first} {DOMAINS[first]}"


def belongs_to(finding: str) -> str:
    """The check that a finding of this name is evidence for."""
    for number, names in _OF.items():
        if finding.startswith(names):
            return number
    return OTHERS


def sheet(
    ledger: Ledger,
    findings: Sequence[Finding],
    rows: Iterable[Mapping[str, object]],
    registered: Sequence[Held] = (),
) -> list[Asked]:
    """All checks in their order. `rows` hold the verdicts that the searches left, `registered` is
    what was registered beside what is reported."""
    of_row = {(row["claim_id"], row["component"]): row for row in rows}
    of: dict[str, list[Finding]] = {}
    for finding in findings:
        number = belongs_to(finding.check)
        of.setdefault(number, []).append(finding)
        if number == STATISTICS and is_baseline(ledger, ledger.entries[finding.claim]):
            of.setdefault(BASELINE, []).append(finding)
    return [
        Asked(
            number,
            text,
            _of_registration(number, registered)
            or _evidence(ledger, number, of.get(number), of_row),
        )
        for number, text in CHECKS.items()
    ]


def _evidence(
    ledger: Ledger,
    number: str,
    findings: list[Finding] | None,
    rows: Mapping[tuple[object, object], Mapping[str, object]],
) -> str:
    if number == SIZES:
        return _sizes(ledger)
    if number not in (*_OF, OTHERS):
        return NOT_HERE
    made = [finding for finding in findings or () if finding.made]
    if not made:
        return NO_FINDING
    said: dict[str, list[Finding]] = {what: [] for what in SAID}
    for one in made:
        row = rows.get((one.claim, one.component), {})
        if one.agreement in CONTRADICTS and row.get(PRINT) in CONTRADICTS:
            said[str(row[PRINT])].append(one)
        elif one.open and unmatched(row):
            said[NOT_CHECKABLE].append(one)
    numbers = len({(one.claim, one.component) for one in made})
    text = f"{_counted(len(made), 'check')} on {_counted(numbers, 'number')}; "
    odd = {what: own for what, own in said.items() if own}
    text += ", ".join(SAID[what].format(n=len(own)) for what, own in odd.items()) or NONE
    lines = dict.fromkeys(
        f"{label_of(ledger, ledger.entries[one.claim])}: {brief([one.sentence])}"
        for own in odd.values()
        for one in own
    )
    more = f" And {len(lines) - MOST_TOLD} more." if len(lines) > MOST_TOLD else ""
    return " ".join([f"{text}.", *list(lines)[:MOST_TOLD]]) + more


def _counted(number: int, noun: str) -> str:
    return f"{thousands(number)} {noun}{'' if number == 1 else 's'}"


def _of_registration(number: str, registered: Sequence[Held]) -> str:
    """What typed fields of the registration say for a check; "" for all others."""
    own = [one for one in registered if one.check in OF_REGISTRATION.get(number, ())]
    if not own:
        return ""
    held = [one for one in own if one.verdict != NOT_CHECKABLE]
    odd = [house(one.finding) for one in held if one.verdict != COMPATIBLE]
    odd += [f"{NOTHING_TO_HOLD} {house(one.finding)}" for one in own if one not in held]
    told = []
    if held:
        agree = sum(one.verdict == COMPATIBLE for one in held)
        told = [f"{len(held)} held against what is reported; {agree} agree."]
    more = f" And {len(odd) - MOST_TOLD} more." if len(odd) > MOST_TOLD else ""
    return " ".join([*told, *odd[:MOST_TOLD]]) + more


def _sizes(ledger: Ledger) -> str:
    """The sizes of the groups, and of which of them it is known that they share no patient."""
    groups = [ledger.groups[name] for name in ledger.apart if ledger.groups[name].size]
    sizes = [f"{group.label} ({thousands(group.size or 0)})" for group in groups]
    if not sizes:
        return NO_FINDING
    each = ledger.patients_of_every_group
    if each is not None:
        names = listed([group.label for group in groups])
        return f"Every one of the {thousands(each)} patients is in each of the groups: {names}."
    text = f"Sizes of the groups: {listed(sizes)}."
    total = ledger.sizes("randomised").get(ALL)
    known = total is not None and total.whole_count == sum(group.size or 0 for group in groups)
    if len(groups) > MOST_ARMS and not known:
        text += " Whether some are parts of others is not told here."
    return f"{text} The way of allocation is not told here."


def as_rows(asked: Iterable[Asked]) -> Iterator[dict[str, str]]:
    """Rows of a spreadsheet; the columns of the reviewers are empty."""
    for one in asked:
        values = (one.domain, one.number, one.text, one.evidence, "", "")
        yield dict(zip(COLUMNS, values, strict=True))
