"""Questions to whoever holds a draft against its paper, before any number is found wrong: which
reading is meant. Those of one table and one matter are one question."""

from collections.abc import Sequence
from functools import reduce

from trialtrace.audit.editor.letter import quoted
from trialtrace.audit.editor.matters import Question, one_or_list
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.verdicts.asked import RESTS_ON, Reading, reading, spanned


def reader_questions(ledger: Ledger, findings: Sequence[Finding]) -> list[Question]:
    """What has to be looked up, in the order of the findings."""
    matters: dict[tuple[str, str], dict[str, Reading]] = {}
    for finding in findings:
        entry = ledger.entries.get(finding.detail.get(RESTS_ON, ""))
        if entry is not None:
            asked, place = reading(entry, ledger), entry.place.partition(",")[0]
            matters.setdefault((place, asked.several), {})[entry.name] = asked
    return [
        question
        for (place, several), each in matters.items()
        for question in _asked(ledger, place, several, each)
    ]


def _asked(ledger: Ledger, place: str, several: str, matter: dict[str, Reading]) -> list[Question]:
    first, entries = next(iter(matter.values())), [ledger.entries[name] for name in matter]
    if len(entries) == 1:
        text = f"{first.asked(quoted(ledger, entries[0]))} {first.why}"
        return [Question(text, (), (entries[0].name,))]
    items = [(quoted(ledger, entry), matter[entry.name].each, entry.name) for entry in entries]
    shared = reduce(set.intersection, (set(asked.sizes) for asked in matter.values()))
    lead = [f"{spanned(sorted(shared))} would give all of them."] if shared else []
    chances = sorted(f"{entry.chance:.2f}" for entry in entries if entry.chance is not None)
    if chances:
        span = " to ".join(dict.fromkeys((chances[0], chances[-1])))
        lead.append(f"They were read with a chance of {span} to be right.")
    doubts = dict.fromkeys(entry.doubt for entry in entries if entry.doubt)
    lead += [f"Doubts: {'; '.join(doubts)}."] if doubts else []
    text = f"{place[:1].upper()}{place[1:]}: {several[:1].lower()}{several[1:]}"
    return one_or_list(items, "{}", text, " ".join(lead))
