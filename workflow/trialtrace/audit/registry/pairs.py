"""A paper's ledger beside the record of its trial: groups and outcomes paired, numbers compared.

What belongs to what is proposed by words and time and confirmed by the reader, in a file; numbers
of confirmed pairs that cannot be the same are questions, since either text may have been changed.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from trialtrace.audit.files.make import ledger
from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.registry.making import REGISTRATION, RESULTS
from trialtrace.audit.registry.read import record_draft
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.base.errors import Problem, UserError

LEAST = 0.3
"""The least share of words that two labels have in common, from which on they are proposed."""
_COMMON = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with")
)
_WORD = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")
COMPARED = (
    *("value", "percent", "count", "denominator", "sd", "se", "ci_low", "ci_high", "p"),
    *("quartile_low", "quartile_high", "least", "most"),
)
TURNING = {"value": "value", "ci_low": "ci_high", "ci_high": "ci_low"}
"""Parts of a ratio and those of the one with the groups the other way round."""


@shape
class Paired:
    """What a group or outcome of the paper is in the record."""

    record: Name = key("Name of the group or outcome in the record's ledger.")
    unconfirmed: Text | None = optional(
        "Why a program proposes the pair. Take the key away to confirm it, the entry to refuse it."
    )


@shape
class PairsFile:
    """What of a paper's ledger belongs to what of a record."""

    groups: dict[Name, Paired] = key("Groups, by their names in the paper's ledger.")
    outcomes: dict[Name, Paired] = key("Outcomes, by their names in the paper's ledger.")


Labels = dict[str, str]
Pairs = Mapping[str, Mapping[str, Mapping[str, str]]]


def record_ledger(path: Path) -> Ledger:
    """The whole ledger of a record. Raises UserError for a file that is none."""
    return ledger(record_draft(path).document())


def proposed(paper: Ledger, record: Ledger) -> dict[str, dict[str, dict[str, str]]]:
    """The pairs that words propose: of each name the one most alike, if any is."""
    both = paper, record
    return {"groups": _best(*map(_groups, both)), "outcomes": _best(*map(_outcomes, both))}


def check_pairs(path: Path, pairs: Pairs, paper: Ledger, record: Ledger) -> None:
    """Raises UserError for a name that the ledger of its text does not have."""
    for kind, names in pairs.items():
        for name, pair in names.items():
            for text, of, known in (("paper", paper, name), ("record", record, pair["record"])):
                if known not in getattr(of, kind):
                    raise UserError(
                        Problem(
                            f"{path}: {kind}.{name}",
                            found=f'"{known}"',
                            expected=f"one of the {kind} of the {text}'s ledger",
                        )
                    )


def _groups(of: Ledger) -> Labels:
    return {name: group.label for name, group in of.groups.items()}


def _outcomes(of: Ledger) -> Labels:
    """The labels of the outcomes that have numbers, with the times at which these are."""
    labels: Labels = {}
    for entry in of.entries.values():
        name, visit = entry.about.outcome, entry.about.visit
        if name is not None:
            labels.setdefault(name, of.outcomes[name].label)
            labels[name] += f" {visit}" if visit and visit not in labels[name] else ""
    return labels


def _best(paper: Labels, record: Labels) -> dict[str, dict[str, str]]:
    rare = Counter(word for label in record.values() for word in _words(label))
    pairs: dict[str, dict[str, str]] = {}
    for name, label in paper.items():
        scores = {each: _likeness(label, other, rare) for each, other in record.items()}
        best = max(scores, key=lambda each: scores[each], default=None)
        if best is not None and scores[best] >= LEAST:
            why = f"“{label}” and “{record[best]}”: {scores[best]:.0%} of their words"
            pairs[name] = {"record": best, "unconfirmed": why}
    return pairs


def _words(label: str) -> set[str]:
    return {word.rstrip("s") for word in _WORD.findall(label.casefold())} - _COMMON


def _likeness(label: str, other: str, rare: Counter[str]) -> float:
    """The share of words in common; one that many labels have weighs less."""
    weight = {word: 1 / max(rare[word], 1) for word in _words(label) | _words(other)}
    both = sum(weight[word] for word in _words(label) & _words(other))
    return both / sum(weight.values()) if weight else 0.0


def questions(paper: Ledger, record: Ledger, pairs: Pairs) -> Iterator[str]:
    """Numbers of confirmed pairs that differ, and primary outcomes of one text alone."""
    for entry, comparable in _comparable(paper, record, pairs):
        if not any(same(entry, other) for other in comparable):
            texts = "; ".join(f"{other.printed} ({other.place})" for other in comparable[:3])
            more = f" and {len(comparable) - 3} more" if len(comparable) > 3 else ""
            yield (
                f"{entry.label}: the paper has {entry.printed} ({entry.place}), the "
                f"record {texts}{more}. Which is right, or of whom are they?"
            )
    yield from _primary(
        paper, record, {name: pair["record"] for name, pair in pairs["outcomes"].items()}
    )


def compared(paper: Ledger, record: Ledger, pairs: Pairs) -> tuple[int, int]:
    """How many numbers of the paper can be those of the record, and how many cannot."""
    found = [
        any(same(entry, other) for other in comparable)
        for entry, comparable in _comparable(paper, record, pairs)
    ]
    return found.count(True), found.count(False)


def _comparable(paper: Ledger, record: Ledger, pairs: Pairs) -> Iterator[tuple[Claim, list[Claim]]]:
    """Each claim of the paper whose groups and outcome are confirmed, with the record's claims that
    share numbers with it."""
    groups, outcomes = (
        {name: pair["record"] for name, pair in pairs[kind].items() if "unconfirmed" not in pair}
        for kind in ("groups", "outcomes")
    )
    groups |= {ALL: ALL}
    for entry in paper.entries.values():
        about = entry.about
        names = about.compared or ((about.group,) if about.group else ())
        if about.outcome not in outcomes or not names or not set(names) <= set(groups):
            continue
        outcome, whose = outcomes[about.outcome], frozenset(groups[name] for name in names)
        comparable = [
            other
            for other in record.entries.values()
            if other.about.outcome == outcome and _whose(other) == whose and _shared(entry, other)
        ]
        if comparable:
            yield entry, comparable


def _whose(entry: Claim) -> frozenset[str | None]:
    return frozenset(entry.about.compared or (entry.about.group,))


def _numbers(entry: Claim) -> dict[str, Component]:
    """Its numbers that can be compared; p of a relation only says a bound."""
    return {
        name: component
        for name in COMPARED
        if (component := entry.parts.get(name)) is not None and component.relation == "="
    }


def _shared(entry: Claim, other: Claim) -> set[str]:
    """Which numbers both have; a count also gives the percentage of its denominator."""
    names = set(_numbers(entry)) & set(_numbers(other))
    return names | ({"percent"} if _percent(entry) and _percent(other) else set())


def _percent(entry: Claim) -> tuple[float, float] | None:
    numbers = _numbers(entry)
    if "percent" in numbers:
        low, high = numbers["percent"].bounds
        return float(low), float(high)
    if not {"count", "denominator"} <= set(numbers) or not numbers["denominator"].value:
        return None
    value = 100 * float(numbers["count"].value or 0) / float(numbers["denominator"].value)
    return value, value


def same(entry: Claim, other: Claim) -> bool:
    """Whether all numbers that both have can be the same, at the digits of the coarser."""
    shared = _shared(entry, other) - {"percent"}
    if not _meet(entry, other, shared) and not _reciprocal(entry, other, shared):
        return False
    first_percent, second_percent = _percent(entry), _percent(other)
    if first_percent is None or second_percent is None:
        return True
    return first_percent[0] <= second_percent[1] and second_percent[0] <= first_percent[1]


def _meet(entry: Claim, other: Claim, names: set[str]) -> bool:
    """Whether each of the numbers can be the same in both."""
    both = [(_numbers(entry)[name].bounds, _numbers(other)[name].bounds) for name in names]
    return all(first[0] < second[1] and second[0] < first[1] for first, second in both)


def _reciprocal(entry: Claim, other: Claim, names: set[str]) -> bool:
    """Whether a ratio is the other with its groups the other way round, which no text need tell."""
    parts = _numbers(other)
    if not (entry.measure or "").endswith("ratio") or not {*TURNING.values()} & names:
        return False
    if not {TURNING.get(name, name) for name in names} <= set(parts):
        return False
    for name in names:
        low, high = _numbers(entry)[name].bounds
        first, last = parts[TURNING.get(name, name)].bounds
        if name in TURNING:
            if first <= 0:
                return False
            first, last = 1 / last, 1 / first
        if low >= last or first >= high:
            return False
    return True


def _primary(paper: Ledger, record: Ledger, outcomes: Labels) -> Iterator[str]:
    """Primary outcomes of the record that nothing of the paper is proposed for, or that are none
    there, and the reverse."""
    registered, reported = record.registered.get(REGISTRATION), record.reported.get(RESULTS)
    primary = [each.outcome for of in (registered, reported) if of for each in of.primary]
    secondary = {each.outcome for of in (registered, reported) if of for each in of.secondary}
    own = [each.outcome for of in paper.reported.values() for each in of.primary]
    paired = {outcomes[name] for name in own if name in outcomes}
    for name in dict.fromkeys(primary):
        label = record.outcomes[name].label
        if name not in outcomes.values():
            yield f"“{label}” is a primary outcome of the record: where does the paper tell it?"
        elif own and name not in paired:
            yield f"“{label}” is a primary outcome of the record, and none of the paper: why?"
    for name in own:
        label = paper.outcomes[name].label
        if outcomes.get(name) in secondary - {*primary}:
            yield f"“{label}” is a primary outcome of the paper, and secondary in the record: why?"
        elif outcomes.get(name) not in primary:
            yield f"“{label}” is a primary outcome of the paper: what is it in the record?"
