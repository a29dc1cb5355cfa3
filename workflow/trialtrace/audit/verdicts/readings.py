"""Other readings of a drafted table, and whether its numbers agree better by one of them.

A program takes the numbers of a column alike: of so many patients, in one form, of two groups in
one order. Where that is wrong many of its numbers contradict others that are right. So a
contradiction of numbers that nobody confirmed is tried by the other readings of its columns: one
by which it goes away, and by which the numbers of the column do not agree worse, is as likely as
the one that was taken. One misprint among numbers that agree leaves every other reading worse.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from math import ceil, floor

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.expression import parse
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.prints.agreements import INCONSISTENT
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.registry import CONTRADICTS, findings, findings_of, module_of
from trialtrace.base.errors import UserError
from trialtrace.base.grouping import grouped
from trialtrace.stats.results import StatsError

FORMS = (
    ("mean (SD) {} ({})", "mean {} (SE {})", "{} ± {}", "{} ({}%)"),
    ("median (IQR) {} ({} to {})", "median {} (range {} to {})", "mean {} (95% CI {} to {})"),
    ("mean {}", "median {}", "{}%", "{}"),
)
"""Forms that the same numbers may have, as the head of a column tells them."""
MANY = 3
"""From so many contradictions of one relation on a table may be misread."""
MOST_SIZES = 6
"""As many other numbers of patients are tried, the nearest."""
_CELL = re.compile(r"(?P<table>.+), row (?P<row>[0-9]+), column (?P<column>.+)")
Claims = Mapping[str, Claim]


@dataclass(frozen=True)
class Reading:
    """What is asked of a number: whether it is `each`, with `several` as the question on more than
    one such, and why it is asked. `sizes` are the numbers of patients it may be of."""

    several: str
    each: str
    why: str
    sizes: tuple[int, ...] = ()

    def asked(self, number: str) -> str:
        return f"Is {number} {self.each}?"

    @property
    def of_print(self) -> "Reading":
        """The question once somebody confirmed that the number was read right."""
        several, each = (
            text.replace("read and printed", "printed") for text in (self.several, self.each)
        )
        return replace(self, several=several, each=each)


Asked = tuple[Finding, Claim, Reading]
"""A finding that is a question, the claim whose reading is asked for, and the question."""


def question(
    check: str,
    entry: Claim,
    component: str,
    text: str,
    reading: Reading,
    beside: Iterable[Claim] = (),
) -> Asked:
    """A question on a number of a draft that others `beside` it make unlikely; it is never called
    wrong."""
    names = tuple(claim.name for claim in beside if claim is not entry)
    return Finding(check, entry.name, component, NOT_CHECKABLE, text, names), entry, reading


@dataclass(frozen=True)
class Other:
    """Claims as they would be by another reading, and the question which one holds. `within` are
    the claims of the column, or of column and row, that have to agree no worse by it."""

    claims: Claims
    asked: Reading
    within: tuple[Collection[str], ...]


def drafted(entry: Claim) -> bool:
    """Whether a program read it and nobody confirmed it."""
    return bool(entry.doubt) or entry.chance is not None


def form_of(printed: str) -> str | None:
    """The form of an expression, {} in the place of its numbers; None where it has another."""
    every = (form for forms in FORMS for form in forms)
    return next((form for form in every if numbers_in(form, printed)), None)


def numbers_in(form: str, printed: str) -> tuple[str, ...]:
    """The numbers of an expression of this form; none of one of another."""
    pattern = re.escape(form).replace(r"\{\}", r"([-+]?[0-9.,]+)")
    match = re.fullmatch(pattern, printed)
    return match.groups() if match else ()


def sizes_of(entry: Claim, *, cut: bool = False) -> range:
    """The numbers of patients of which a printed count is the printed percentage, rounded or, where
    digits are `cut` off, above it by less than a unit."""
    count, percent = entry.parts.get("count"), entry.parts.get("percent")
    if not (count and percent and count.value and percent.value) or "denominator" in entry.parts:
        return range(0)
    k, half = int(count.value), percent.ulp / 2
    if percent.value <= half:
        return range(0)
    low, high = (0, 2 * half) if cut else (half, half)
    first, last = 100 * k / (percent.value + high), 100 * k / (percent.value - low)
    return range(max(k, ceil(first)), floor(last) + 1)


def section_of(entry: Claim) -> str:
    """The words of its label before those of its row and its group, or all where it has no more."""
    return entry.label.rpartition(", ")[0].rpartition(", ")[0] or entry.label


def own_sizes(ledger: Ledger) -> dict[str, int]:
    """By claim the patients of its section of a column, of which its counts are the percentages and
    whom they make together, where most of the column are of others: those of whom it is known. A
    count that has no other in its section is of one such number too."""
    cells = [one for one in ledger.entries.values() if drafted(one) and not one.about.compared]
    shares = [one for one in cells if one.whole_count is not None and "percent" in one.parts]
    found: dict[str, int] = {}
    for column in grouped([one for one in shares if column_of(one)], first_column).values():
        votes = Counter(n for claim in column for n in sizes_of(claim))
        most = max(votes, key=lambda n: (votes[n], -n), default=0)
        own: dict[str, int] = {}
        for section in (sections := grouped(column, section_of).values()):
            n = sum(claim.whole_count or 0 for claim in section)
            of = [sizes_of(claim) for claim in section if claim.whole_count]
            whole = len(section) > 1 and all(n in one for one in of)
            if whole and any(most not in one for one in of):
                own |= {claim.name: n for claim in section}
        for claim in (section[0] for section in sections if len(section) == 1):
            if most not in sizes_of(claim) and (same := {*sizes_of(claim)} & {*own.values()}):
                own[claim.name] = min(same)
        found |= own if 2 * len(own) <= len(column) else {}
    return found


class Readings:
    """The readings of the tables of a ledger, beside what was found by the one that was taken."""

    def __init__(self, ledger: Ledger, taken: Sequence[Finding]):
        self.ledger, self.taken = ledger, taken
        self._near: dict[frozenset[str], list[Finding]] = {}

    def better(self, finding: Finding) -> tuple[Claim, Reading] | None:
        """The claim that a contradiction rests on and the question of its reading, where another
        one agrees as well or better, or the whole table is contradicted."""
        for name in (finding.claim, *finding.beside):
            entry = self.ledger.entries.get(name)
            if entry is None or not drafted(entry):
                continue
            # A number of all groups is a count.
            for other in self._others(entry) if finding.check != "total.groups" else ():
                try:
                    agrees = self._agrees(finding, other)
                except StatsError:
                    # Numbers that no formula takes are no reading.
                    continue
                if agrees:
                    return entry, other.asked
        return self._table(finding)

    def _table(self, finding: Finding) -> tuple[Claim, Reading] | None:
        """The question on a table in most of whose numbers one relation does not hold."""
        entry = self.ledger.entries[finding.claim]
        table = table_of(entry)
        wrong, held = self._held.get((finding.check, table), (0, 0))
        if not table or not drafted(entry) or wrong < MANY or wrong <= held:
            return None
        told = " and ".join(name.replace("_", " ") for name in entry.parts)
        each = f"meant as {'a number alone' if told == 'value' else told}"
        why = f"Of the {wrong + held} numbers of {table} for which this can be checked {wrong} "
        why += "contradict it: the table may be misread."
        return entry, Reading("Is the kind of each of these numbers the one meant?", each, why)

    @cached_property
    def _held(self) -> dict[tuple[str, str], tuple[int, int]]:
        """By relation and table, how many numbers of drafts contradict it and how many keep it."""
        held: dict[tuple[str, str], tuple[int, int]] = {}
        for finding in self.taken:
            entry = self.ledger.entries[finding.claim]
            if finding.agreement != NOT_CHECKABLE and drafted(entry):
                wrong, kept = held.get(key := (finding.check, table_of(entry)), (0, 0))
                against = finding.agreement == INCONSISTENT
                held[key] = (wrong + against, kept + (not against))
        return held

    def _agrees(self, finding: Finding, other: Other) -> bool:
        """Whether the other reading mends a contradiction, and its column agrees no worse by it."""
        names = frozenset((finding.claim, *finding.beside, *other.claims))
        near = _only(self.ledger, names)
        read = replace(near, entries={**near.entries, **other.claims})
        here = [
            one
            for one in findings_of(module_of(finding.check), read)
            if (one.check, one.claim) == (finding.check, finding.claim)
        ]
        if any(one.agreement in CONTRADICTS for one in here):
            return False
        agrees = any(one.agreement != NOT_CHECKABLE for one in here)
        if other.asked.sizes and not agrees:
            return False
        if names not in self._near:
            self._near[names] = [*findings(near)]
        found = [*findings(read)]
        gains = [_score(found, one) - _score(self._near[names], one) for one in other.within]
        # A reading by which nothing is checked has to do better than that.
        return min(gains) >= (0 if agrees else 1)

    def _others(self, entry: Claim) -> Iterator[Other]:
        column = self._columns.get(column_of(entry), [entry])
        yield from self._of_sizes(entry, column)
        yield from self._of_forms(entry, column)
        pair = entry.about.compare
        if pair is None or pair == "all" or len(pair) != 2:
            return
        alike = [claim for claim in column if claim.about.compare == pair]
        first, second = (self.ledger.groups[name].label for name in pair)
        turned = {
            claim.name: replace(claim, about=replace(claim.about, compare=(pair[1], pair[0])))
            for claim in alike
        }
        word = "over" if "ratio" in (entry.measure or "") else "less"
        several = "Which group of each of these comparisons comes first?"
        each = f"of {first} {word} {second}, or the other way round"
        yield Other(turned, Reading(several, each, "By the other it would agree."), (turned,))
        plain = [claim for claim in alike if claim.basis is None and claim.has_interval]
        if entry in plain:
            several = "Is each of these the plain comparison of the groups, or one of a model?"
            each = "the plain comparison of the groups, or one of a model"
            why = "Too few numbers of its column agree with the groups to tell."
            of_model = {
                claim.name: replace(claim, about=replace(claim.about, basis="model"))
                for claim in plain
            }
            yield Other(of_model, Reading(several, each, why), (of_model,))

    def _of_sizes(self, entry: Claim, column: Sequence[Claim]) -> Iterator[Other]:
        """The number of patients over another column, or of the group elsewhere, or one that gives
        all percentages that the number taken does not."""
        n, group = entry.about.n, self.ledger.groups.get(entry.about.group or "")
        if n is None or "denominator" in entry.parts:
            return
        alike = [claim for claim in column if claim.about.n == n]
        unfit = [set(own) for claim in alike if (own := sizes_of(claim)) and n not in own]
        sizes = set.intersection(*unfit) if len(unfit) > 1 else set()
        for claim in self.ledger.entries.values():
            near = table_of(claim) == table_of(entry) or claim.about.group == entry.about.group
            if near and claim.about.n:
                sizes.add(claim.about.n)
        for size in sorted(sizes - {n}, key=lambda size: abs(size - n))[:MOST_SIZES]:
            of = f" of {group.label}" if group else ""
            several = f"Is each of these numbers{of} of the {thousands(n)} that were taken, or of "
            several += f"{thousands(size)}?"
            each = f"of {thousands(n)}, or of {thousands(size)}"
            why = "With the latter the numbers of its column agree as well or better."
            resized = {
                claim.name: replace(claim, about=replace(claim.about, patients=str(size)))
                for claim in alike
            }
            yield Other(resized, Reading(several, each, why, (size,)), (resized,))

    def _of_forms(self, entry: Claim, column: Sequence[Claim]) -> Iterator[Other]:
        """The other forms that the numbers of a column can have, and those of its row."""
        form = form_of(entry.printed)
        family = next((forms for forms in FORMS if form in forms), ())
        row = self._rows.get(row_of(entry), [])
        beside = {form_of(claim.printed) for claim in row}
        for other in family if form else ():
            scopes = (row,) if other in beside else (row, column)
            within = [
                [claim.name for claim in scope if form_of(claim.printed) == form]
                for scope in scopes
            ]
            claims = {
                name: made
                for name in dict.fromkeys(chain(*within))
                if (made := _as(self.ledger.entries[name], str(form), other))
            }
            if other != form and entry.name in claims:
                several = "Are these numbers printed in the form that was taken, or in another?"
                each = f"printed in that form, or “{claims[entry.name].printed}”"
                asked = Reading(several, each, "As the latter nothing contradicts it.")
                yield Other(claims, asked, tuple(within))

    @cached_property
    def _columns(self) -> dict[tuple[str, ...], list[Claim]]:
        return _by(self.ledger, column_of)

    @cached_property
    def _rows(self) -> dict[tuple[str, ...], list[Claim]]:
        return _by(self.ledger, row_of)


def _by(
    ledger: Ledger, key: Callable[[Claim], tuple[str, ...]]
) -> dict[tuple[str, ...], list[Claim]]:
    """The drafted claims of tables by a key; what has none stands by itself."""
    cells = [entry for entry in ledger.entries.values() if drafted(entry) and key(entry)]
    return grouped(cells, key)


def _cell(entry: Claim, *of: str) -> tuple[str, ...]:
    match = _CELL.fullmatch(entry.place)
    return match.group(*of) if match else ()


def column_of(entry: Claim) -> tuple[str, ...]:
    """The table and the columns that a claim is of; nothing of one of a sentence."""
    return _cell(entry, "table", "column")


def first_column(entry: Claim) -> tuple[str, ...]:
    """The table and the first of the columns that a claim is of."""
    table, columns = column_of(entry) or ("", "")
    return table, columns.partition(",")[0]


def of_arms(cells: Iterable[Claim]) -> Iterator[list[Claim]]:
    """The columns of tables with arms in rows that hold one number of each group."""
    for column in grouped([cell for cell in cells if cell.about.group], first_column).values():
        if len({claim.about.group for claim in column}) == len(column) > 1:
            yield column


def row_of(entry: Claim) -> tuple[str, ...]:
    """The table and the row that a claim is of; nothing of one of a sentence."""
    return _cell(entry, "table", "row")


def table_of(entry: Claim) -> str:
    """The table that a claim is of, "" of one of a sentence."""
    match = _CELL.fullmatch(entry.place)
    return match["table"] if match else ""


def _as(entry: Claim, form: str, other: str) -> Claim | None:
    """A claim with its numbers in another form; None where no such expression can be read."""
    printed = other.format(*numbers_in(form, entry.printed))
    try:
        parts = {part.name: part for part in parse(printed)}
    except UserError:
        return None
    return replace(entry, printed=printed, parts=parts)


def _only(ledger: Ledger, names: Collection[str]) -> Ledger:
    kept = {name: entry for name, entry in ledger.entries.items() if name in names}
    return replace(ledger, entries=kept, brief=True)


def _score(findings: Iterable[Finding], claims: Collection[str]) -> int:
    """How many more findings on these claims agree than contradict."""
    own = [finding for finding in findings if {finding.claim, *finding.beside} & set(claims)]
    against = sum(finding.agreement in CONTRADICTS for finding in own)
    return sum(finding.agreement != NOT_CHECKABLE for finding in own) - 2 * against
