"""Questions to the authors, to be sent as they stand: what is printed where, and why it is asked.

None says that a number is wrong: each quotes what is printed, asks, and tells the arithmetic. One
matter is one question, in the order of the lines: what is found alike of several numbers is a list
below one question. Sizes are told as those that were taken, since a ledger may have inferred them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from trialtrace.audit.editor.letter import Line, placed, quoted
from trialtrace.audit.editor.matters import KINDS, Question, for_authors, one_or_list
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.verdicts import PRINT
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.registry import CONTRADICTS
from trialtrace.audit.registration.rows import CHANGED, LATE, NOTHING, Held, upper
from trialtrace.audit.verdicts.tally import unmatched

RANKS = ("primary", "secondary")
MOST_TOLD = 3


def questions(
    ledger: Ledger,
    findings: Sequence[Finding],
    rows: Sequence[Mapping[str, object]],
    lines: Sequence[Line],
    registered: Sequence[Held] = (),
) -> list[Question]:
    """What the authors could be asked: which number is meant, how it was made, of how many; what
    changed since the registration."""
    of = {(row["claim_id"], row["component"]): row for row in rows}
    wrong = [finding for finding in findings if _against(finding, of)]
    order = {line.claim: k for k, line in enumerate(lines)}
    wrong.sort(key=lambda finding: order.get(finding.claim, len(order)))
    asked = [question for kind in KINDS for question in kind.asked(ledger, wrong)]
    asked += _of_one_size(ledger, lines)
    left = [one for one in wrong if not _handled(one.check)]
    asked += _which(ledger, [one for one in left if not set(_claims(one)) <= _of(asked)])
    open_ = [
        finding
        for finding in findings
        if finding.open and unmatched(of.get((finding.claim, finding.component), {}))
    ]
    open_.sort(key=lambda finding: order.get(finding.claim, len(order)))
    asked = _with_tests(ledger, asked, [one for one in open_ if one.claim not in _of(asked)])
    for line in lines:
        if line.claim not in _of(asked):
            how = "computed" if line.verdict == "alternative" else "obtained"
            why = for_authors(line.text).rstrip(".")
            where = quoted(ledger, ledger.entries[line.claim])
            asked.append(Question(f"How was {where} {how}? {why}.", (), (line.claim,)))
    asked.sort(
        key=lambda item: min((order.get(name, len(order)) for name in item.claims), default=0)
    )
    return [*asked, *filter(None, (_of_registration(ledger, finding) for finding in registered))]


def _against(finding: Finding, of: Mapping[tuple[object, object], Mapping[str, object]]) -> bool:
    """Whether it is told against what is printed, with what the searches left."""
    verdict = of.get((finding.claim, finding.component), {}).get(PRINT)
    return finding.agreement in CONTRADICTS and finding.agreement == verdict == "inconsistent"


def _of_one_size(ledger: Ledger, lines: Sequence[Line]) -> Iterator[Question]:
    """A question for the percentages of a group that all are of one other number of patients."""
    sizes = {line.claim: (line.same, line.size) for line in lines if line.size is not None}
    for same, n in dict.fromkeys(sizes.values()):
        own = [name for name in ledger.entries if sizes.get(name) == (same, n)]
        items = [(quoted(ledger, ledger.entries[name]), "", name) for name in own]
        text = "How many patients are the denominator of each of these percentages? "
        yield from one_or_list(items, "{}", f"{text}All {len(own)} are those of {n}.")


def _handled(check: str) -> bool:
    return any(check in kind.checks for kind in KINDS)


def _of(asked: Sequence[Question]) -> set[str]:
    return {name for question in asked for name in question.claims}


def _which(ledger: Ledger, wrong: Sequence[Finding]) -> Iterator[Question]:
    """A question for each contradiction of other kinds; those of the same claims as one."""
    for same in _together(wrong):
        claims = tuple(dict.fromkeys(name for finding in same for name in _claims(finding)))
        quotes = [_with_patients(ledger, name) for name in claims]
        if all(finding.check == "fact" for finding in same):
            yield Question(f"Which of these holds: {' or '.join(quotes)}?", (), claims)
            continue
        why = dict.fromkeys(for_authors(one.sentence.partition(" In ")[0]) for one in same)
        asked = f"Which of these, if any, should read otherwise: {'; '.join(quotes)}?"
        if len(quotes) == 1:
            asked = f"Is {quotes[0]} as you meant it?"
        yield Question(" ".join([asked, *list(why)[:MOST_TOLD]]), (), claims)


def _claims(finding: Finding) -> tuple[str, ...]:
    return finding.claim, *finding.beside


def _together(wrong: Sequence[Finding]) -> list[list[Finding]]:
    """Findings of the same claims, or whose claims differ in one of several: the same is asked,
    and once is enough."""
    made: list[list[Finding]] = []
    for finding in wrong:
        own = next((same for same in made if _nearly(same[0], finding)), None)
        if own is None:
            made.append([finding])
        else:
            own.append(finding)
    return made


def _nearly(one: Finding, other: Finding) -> bool:
    claims, others = set(_claims(one)), set(_claims(other))
    if claims == others:
        return True
    most = max(len(claims - others), len(others - claims))
    return most <= 1 and len(claims & others) >= MOST_TOLD


def _with_patients(ledger: Ledger, name: str) -> str:
    """A claim as quoted, with the number of patients that the ledger gives it."""
    entry = ledger.entries[name]
    size = f", n = {entry.about.patients}" if entry.about.patients else ""
    return f"{quoted(ledger, entry)}{size}"


def _with_tests(
    ledger: Ledger, asked: Sequence[Question], findings: Sequence[Finding]
) -> list[Question]:
    """The p that no usual test gives: with the question on its counts where there is one, else
    all together."""
    tests = list(asked)
    rest: list[Finding] = []
    for one in {each.claim: each for each in findings}.values():
        of = [k for k, each in enumerate(tests) if set(each.claims) & set(one.beside)]
        if of and not tests[of[0]].items:
            where, told = (
                quoted(ledger, ledger.entries[one.claim]),
                for_authors(one.sentence).rstrip("."),
            )
            text = f"{tests[of[0]].text} A P rests on the same numbers: which test "
            text += f"gives {where}? {upper(told)}."
            tests[of[0]] = replace(
                tests[of[0]], text=text, claims=(*tests[of[0]].claims, one.claim)
            )
        else:
            rest.append(one)
    items = [
        (
            quoted(ledger, ledger.entries[finding.claim]),
            for_authors(finding.sentence),
            finding.claim,
        )
        for finding in rest
    ]
    return tests + one_or_list(
        items,
        "Which test, and of which patients, gives {}?",
        "Which test, and of which patients, gives each of these P values?",
    )


def _of_registration(ledger: Ledger, item: Held) -> Question | None:
    """What was registered late, or is told otherwise; with the day or what both texts name."""
    design = ledger.registered.get(item.source)
    entry = design.number if design is not None and design.number else "The protocol"
    if item.verdict == LATE:
        told = item.finding.removeprefix("First registered ").rstrip(".")
        on = "" if item.registered == NOTHING else "on "
        ask = "Is there a dated protocol that fixed outcomes and sample size before enrolment?"
        return Question(f"{entry} was first registered {on}{told}. {ask}")
    if item.verdict == CHANGED:
        what = item.what.partition(": ")[2] or item.what
        places = dict.fromkeys(placed(ledger, ledger.entries[name]) for name in item.claims)
        where = f" ({'; '.join(places)})" if places else ""
        registered, reported = (_names(told, what) for told in (item.registered, item.reported))
        ask = "Was this changed, and when?"
        return Question(f"{entry} {registered}; the report {reported}{where}. {ask}")
    return None


def _names(text: str, what: str) -> str:
    """What a text names: an outcome with its rank, the rest as it is told."""
    if text == NOTHING:
        return f"does not name {what}"
    rank, _, outcome = text.partition(": ")
    return f"names as {rank} outcome {outcome}" if rank in RANKS else f"names {text}"
