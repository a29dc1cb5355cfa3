"""How much of made-up papers `trialtrace read` finds: numbers, their place, arm and kind."""

import re
from collections import Counter
from decimal import Decimal

from printed_papers.trial import Number, Trial

from trialtrace.audit.printed.expression import parse
from trialtrace.audit.reading.arms import bare
from trialtrace.audit.reading.draft import Draft, draft
from trialtrace.audit.reading.read import parsed


def read(content: bytes, ending: str) -> Draft:
    paper, typed = parsed(content, "paper", ending)
    return draft(paper, typed=typed)


def measured(made: Draft, truth: Trial) -> Counter[str]:
    """Counts of table numbers: in all, found, and found with right place, arm and kind; of the
    claims of tables those that are right in everything; the same of the abstract."""
    count: Counter[str] = Counter()
    right: set[str] = set()
    for table in truth.tables:
        own = {
            name: claim
            for name, claim in made.claims.items()
            if re.match(rf"table {table.number}\b", str(claim["place"]))
        }
        for number in table.truth:
            _judge(number, own, made, count, right, "")
        count["claims"] += len(own)
    abstract = {
        name: claim
        for name, claim in made.claims.items()
        if not str(claim["place"]).startswith("table")
    }
    for _, numbers in truth.sentences:
        for number in numbers:
            _judge(number, abstract, made, count, right, "text ")
    count["text claims"] += len(abstract)
    count["claims right"] += sum(name not in abstract for name in right)
    count["text claims right"] += sum(name in abstract for name in right)
    return count


def _judge(number: Number, own, made: Draft, count, right: set[str], lead: str) -> None:
    count[f"{lead}numbers"] += len(number.parts)
    best: tuple[int, int, int, int] = (0, 0, 0, 0)
    winner = None
    for name, claim in own.items():
        if name in right:
            continue
        parts = {part.name: part.value for part in parse(str(claim["printed"]))}
        values = list(parts.values())
        found = sum(Decimal(one) in values for one in number.parts.values())
        if not found:
            continue
        place = found if _placed(number, claim, made) else 0
        arm = place if _of_arm(number, claim, made) else 0
        kind = (
            sum(parts.get(key) == Decimal(one) for key, one in number.parts.items()) if arm else 0
        )
        score = (kind, arm, place, found)
        if score > best:
            best, winner = score, name if kind == len(number.parts) == len(parts) else None
    for name, value in zip(("kind", "arm", "place", "found"), best, strict=True):
        count[lead + name] += value
    if winner is not None:
        right.add(winner)


def _placed(number: Number, claim, made: Draft) -> bool:
    if not number.row or number.row == "n":
        return True
    told = str(claim["label"]).casefold()
    whole = number.section is None or number.section.split(",")[0].casefold() in told
    return whole and number.row.split(",")[0].casefold() in told


def _of_arm(number: Number, claim, made: Draft) -> bool:
    about = claim.get("about", {})
    if number.arm is None:
        return "group" not in about
    if number.arm == "Total":
        return about.get("group") == "all"
    group = made.groups.get(about.get("group", ""), {})
    return bare(str(group.get("label", ""))) == bare(number.arm)
