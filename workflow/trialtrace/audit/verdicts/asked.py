"""A contradiction that rests on a number of which it is not certain that it was read right: first a
question to the reader, which reading is meant."""

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import chain

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.prints.agreements import COMPATIBLE, INCONSISTENT
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.verdicts.columns import breaking
from trialtrace.audit.verdicts.far_p import far_from_interval
from trialtrace.audit.verdicts.lines import far
from trialtrace.audit.verdicts.readings import Reading, Readings, drafted, own_sizes, sizes_of
from trialtrace.audit.verdicts.slips import of_hundred, slipped
from trialtrace.audit.verdicts.sums import broken, of_adjusted
from trialtrace.audit.verdicts.twice import misprinted
from trialtrace.audit.verdicts.unlike import unlike

CERTAIN = 0.95
"""From this chance on a reading is taken for certain, where nothing of it was guessed."""
OF_KNOWN = "It is that of the {} whom its section, or another of its column, makes together."
IN_DOUBT = ("whole.mean",)
"""Checks whose remarks that nothing decides are asked about in a draft."""
RESTS_ON = "rests_on"
"""In the detail of a finding that became a question: the claim whose reading is asked for."""
ASKED = "asked"
"""In the same detail: the question, as `Reading` holds it."""
CONFIRMED = "confirmed"
"""In the same detail, where it was read right: the question is one to the authors."""
_SPREAD = re.compile(r"SD or SE|mean \(SD\)", re.IGNORECASE)
_FORM = re.compile(r"taken for|caption|arithmetic|kind", re.IGNORECASE)


def uncertain(entry: Claim) -> bool:
    """Whether it was read by a program with a guess, or with a chance below certainty."""
    return bool(entry.doubt) or (entry.chance is not None and entry.chance < CERTAIN)


def doubted(finding: Finding, ledger: Ledger) -> Claim | None:
    """Of the claims that a contradiction rests on, the one that is the least sure."""
    names = (finding.claim, *finding.beside)
    unsure = [one for name in names if (one := ledger.entries.get(name)) and uncertain(one)]
    return min(unsure, key=lambda claim: claim.chance or 0.0, default=None)


def questioned(findings: Sequence[Finding], ledger: Ledger) -> list[Finding]:
    """The findings; a contradiction that rests on a draft is a question to its reader first, where
    another reading of a table agrees as well, or a claim is uncertain. Whether numbers are printed
    right that others make unlikely is asked of what was confirmed too, until it is answered."""
    readings, own = Readings(ledger, findings), own_sizes(ledger)
    findings = [
        replace(one, agreement=COMPATIBLE, sentence=f"{one.sentence} {OF_KNOWN.format(n)}")
        if one.agreement == INCONSISTENT
        and (n := own.get(one.claim))
        and one.check == "share.percent"
        else one
        for one in findings
    ]
    made = [
        _asked(finding, ledger, readings)
        if finding.agreement == INCONSISTENT or _of_draft(finding, ledger)
        else finding
        for finding in findings
    ]
    of_tables = unlike(ledger), far(ledger), breaking(ledger), broken(ledger), of_hundred(ledger)
    every = chain(
        *of_tables, misprinted(ledger), far_from_interval(ledger, findings), slipped(ledger)
    )
    apart = list({(one[0].claim, one[0].component): one for one in every}.values())
    remarks = of_adjusted(ledger, apart)
    made += {one.claim: one for one in remarks.values()}.values()
    return made + [_question(*one) for at, one in enumerate(apart) if at not in remarks]


def _of_draft(finding: Finding, ledger: Ledger) -> bool:
    """Whether a remark that only who was measured could explain is one on a number of a draft."""
    doubtful = finding.remark and finding.agreement == NOT_CHECKABLE
    return doubtful and finding.check in IN_DOUBT and drafted(ledger.entries[finding.claim])


def _asked(finding: Finding, ledger: Ledger, readings: Readings) -> Finding:
    unsure = doubted(finding, ledger)
    at_hand = (unsure, reading(unsure, ledger)) if unsure is not None else None
    # Of how many patients a number is, is the likeliest where its own arithmetic tells it.
    if at_hand is None or not at_hand[1].sizes:
        at_hand = readings.better(finding) or at_hand
    if at_hand is None:
        return finding
    return _question(finding, *at_hand)


def _question(finding: Finding, entry: Claim, asked: Reading) -> Finding:
    read = drafted(entry)
    asked = asked if read else asked.of_print
    text = f"{finding.sentence} {asked.asked(f'“{entry.printed}”')} {asked.why}"
    return replace(
        finding,
        agreement=NOT_CHECKABLE,
        sentence=text,
        open=read and finding.component == "p",
        detail={
            **finding.detail,
            RESTS_ON: entry.name,
            ASKED: asdict(asked),
            **({} if read else {CONFIRMED: True}),
        },
    )


def reading(entry: Claim, ledger: Ledger) -> Reading:
    """The other reading that is the nearest at hand, by what is guessed of the claim."""
    chance = f"with a chance of {entry.chance:.2f} to be right" if entry.chance else ""
    doubt = f"with a doubt: {entry.doubt}" if entry.doubt else ""
    why = f"It was read {'; '.join(filter(None, [chance, doubt]))}."
    size, sizes = ledger.size(entry), sizes_of(entry)
    group = _label(ledger, entry.about.group)
    compared = [_label(ledger, name) for name in ledger.compared_groups(entry)]
    if size and sizes and sizes[-1] < size:
        several = f"Is each of these numbers of {group or 'a group'} of the {thousands(size)} that "
        several += "were taken, or of those with a value?"
        each = f"of {thousands(size)}, or of the {spanned(sizes)} that give its percentage"
        return Reading(several, each, why, tuple(sizes))
    if _SPREAD.search(entry.doubt):
        each = "printed with an SD, as it was read, or with a standard error"
        return Reading("Is an SD printed with each of these, or a standard error?", each, why)
    if _FORM.search(entry.doubt):
        told = " and ".join(name.replace("_", " ") for name in entry.parts)
        several = "Was the kind of each of these numbers read as it is meant?"
        return Reading(several, f"meant as {'a number alone' if told == 'value' else told}", why)
    if len(compared) == 2:
        each = f"of {compared[0]} against {compared[1]}"
        return Reading("Do these compare the groups that were read?", each, why)
    if group:
        several = "Is each of these numbers of the group, the outcome and the time that were read?"
        outcome = ledger.outcomes.get(entry.about.outcome or "")
        words = [f"of {group}", f"for {outcome.label}" if outcome else "", entry.about.visit or ""]
        return Reading(several, ", ".join(filter(None, words)), why)
    return Reading("Is each of these numbers read as it is meant?", "read as it is meant", why)


def spanned(sizes: Sequence[int]) -> str:
    """232, or 229 to 233."""
    ends = dict.fromkeys((sizes[0], sizes[-1]))
    return " to ".join(map(thousands, ends))


def _label(ledger: Ledger, group: str | None) -> str:
    known = ledger.groups.get(group or "")
    return known.label if known is not None else ""
