"""Kinds of matter that are asked once for all numbers they are found of, and how each is asked.

Beside a number stands what was found of it: the sentence of the audit, in the words of a letter.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trialtrace.audit.editor.letter import quoted
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import house, sentences
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.relations.wording import listed

Item = tuple[str, str, str]
"""A number as quoted, what is told of it, and its claim."""
OF_LEDGER = "The ledger "
"""How a sentence begins that is about what was typed, and not for the authors."""
_PLAIN = (
    (re.compile(r"; \S+ in place of \S+ would.*(?=\.$)|; \S+ would print so(?=\.$)"), ""),
    (re.compile(r"; “[^”]*” does not hold for it(?=\.$)"), ""),
    (
        re.compile(r"^No two parts of (\d+ of \d+) print as"),
        r"No two parts that make up \1 print as",
    ),
    (re.compile(r"\bprints as\b"), "rounds to"),
    (re.compile(r"\bprint as given\b"), "round to what is printed"),
    (re.compile(r"\bprint as\b"), "round to"),
    (re.compile(r"; printed is [^;]*(?=\.$)"), ""),
)
"""What the audit says of a number in fewer words, in those of a letter: no repair."""
_CUT = "With only "
"""How a sentence begins that explains by digits cut off."""


def for_authors(text: str) -> str:
    """What was found of a number, as a letter says it: without every value in full."""
    kept = [
        sentence
        for sentence in sentences(text.partition(" In full: ")[0])
        if not sentence.startswith((OF_LEDGER, _CUT)) and "`" not in sentence
    ]
    for form, plain in _PLAIN:
        kept = [form.sub(plain, one) for one in kept]
    return house(" ".join(kept))


@dataclass(frozen=True)
class Question:
    """A question; `items` are the numbers it is asked of, where several; `claims` are theirs."""

    text: str
    items: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


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
    """The checks of a kind of matter, and how is asked what they found: of one number, where {}
    stands, and of several, which are a list."""

    checks: tuple[str, ...]
    text: str
    several: str

    def asked(self, ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
        items: dict[str, Item] = {}
        for finding in findings:
            if finding.check in self.checks:
                where = quoted(ledger, ledger.entries[finding.claim])
                told = f"{for_authors(finding.sentence)}{_taken(ledger, finding)}"
                items.setdefault(finding.claim, (where, told, finding.claim))
        return one_or_list(list(items.values()), self.text, self.several)


def _taken(ledger: Ledger, finding: Finding) -> str:
    """The numbers of patients that it rests on, where the sentence does not have them: they may be
    inferred."""
    entries = [ledger.entries[name] for name in (finding.claim, *finding.beside)]
    sizes = dict.fromkeys(ledger.size(entry) for entry in entries if entry.about.group)
    lacking = [str(n) for n in sizes if n and not re.search(rf"\b{n}\b", finding.sentence)]
    return f" Taken are n = {listed(lacking)}." if lacking else ""


KINDS = (
    Kind(
        ("number.impossible",),
        "Is {} as you meant it?",
        "Is each of these as you meant it?",
    ),
    Kind(
        ("mean.granularity", "deviation.granularity"),
        "How many values entered {}, and could a value be other than a whole number?",
        "How many values entered each of these means, and could a value be other than a whole "
        "number?",
    ),
    Kind(
        ("share.everyone",),
        "How many patients are the denominator of {}, and were missing values imputed?",
        "How many patients are the denominator of each of these percentages, and were missing "
        "values imputed?",
    ),
    Kind(
        ("share.count",),
        "How many patients are the denominator of {}?",
        "How many patients are the denominator of each of these percentages?",
    ),
    Kind(
        ("interval.share",),
        "By which method, and of how many patients, was the interval of {} computed?",
        "By which method, and of how many patients, was each of these intervals computed?",
    ),
    Kind(
        ("share.rule",),
        "Which patients does {} count?",
        "Which patients does each of these shares count?",
    ),
    Kind(
        ("statistic.means",),
        "How was {} computed, and of how many participants?",
        "How was each of these tests computed, and of how many participants?",
    ),
    Kind(
        ("statistic.factorial",),
        "By which design and model was {} computed?",
        "By which design and model was each of these computed?",
    ),
    Kind(
        ("statistic.p",),
        "Are statistic, degrees of freedom and P as you meant them in {}?",
        "Are statistic, degrees of freedom and P as you meant them in each of these?",
    ),
)
