"""What was registered or planned against what is reported: outcomes, numbers, days.

A registry entry may be changed, and a paper may tell less than it: only days that no calendar
allows and two numbers of one text contradict. All else is told as it is, beside each other.
"""

from collections.abc import Iterator, Mapping

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.design import Day, ToldDesign, ToldEquivalence, ToldMargin
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.dates import Period
from trialtrace.audit.printed.verdicts import CONTRADICTS, HOLDS, NOT_CHECKED
from trialtrace.audit.registration import alpha
from trialtrace.audit.registration.outcomes import outcomes
from trialtrace.audit.registration.rows import CHANGED, LATE, NOTHING, REMARK, Held, upper
from trialtrace.audit.relations.solvers.margins import Judged, equivalent, judged

# Margins of non-inferiority and limits of equivalence: conclusions; registered, reported.

MARGIN, CONCLUDED = "registered.margin", "registered.conclusion"
SAID = {"non_inferior": "non-inferior", "equivalent": "equivalent", "not_shown": "not shown"}


def concluded(ledger: Ledger, part: str, paper: str, design: ToldDesign) -> Iterator[Held]:
    """What one text concludes by each margin, and a margin that asks for more than no effect."""
    for key, one in _keyed(part, paper, design):
        if _beyond_null(one):
            text = (
                f"The margin of {one.value}, worse {one.worse}, asks for more than no difference."
            )
            cells, claims = _cells(part, one.words), (one.claim,) if one.claim else ()
            what = f"Margin: {_label(ledger, one)}"
            yield Held(MARGIN, paper, what, *cells, REMARK, text, (key,), claims)
    for at, margin in enumerate(design.margins):
        if margin.concludes and (found := judged(ledger, margin, margin.concludes)):
            yield _conclusion(ledger, (part, paper, "margins", at), margin, found)
    for at, limits in enumerate(design.equivalence):
        if limits.concludes and (found := equivalent(ledger, limits, limits.concludes)):
            yield _conclusion(ledger, (part, paper, "equivalence", at), limits, found)


def _conclusion(
    ledger: Ledger,
    place: tuple[str, str, str, int],
    item: ToldMargin | ToldEquivalence,
    judged: Judged,
) -> Held:
    part, paper = place[:2]
    cells = _cells(part, f"{SAID[item.concludes or '']} ({item.words})")
    names = (item.claim, *(claim.name for claim in judged[2]))
    claims = tuple(dict.fromkeys(name for name in names if name))
    what, key = f"Conclusion: {_label(ledger, item)}", ".".join(map(str, place))
    return Held(CONCLUDED, paper, what, *cells, judged[0], judged[1], (key,), claims)


def _keyed(text: str, paper: str, design: ToldDesign) -> list[tuple[str, ToldMargin]]:
    """Every margin with its key, the two limits of an equivalence as one each."""
    own = [(f"{text}.{paper}.margins.{at}", margin) for at, margin in enumerate(design.margins)]
    return own + [
        (f"{text}.{paper}.equivalence.{at}", margin)
        for at, limits in enumerate(design.equivalence)
        for margin in limits.margins
    ]


def margins(
    ledger: Ledger, registered: tuple[str, ToldDesign], reported: tuple[str, ToldDesign]
) -> Iterator[Held]:
    """Each margin of the registration or protocol against that of the paper."""
    (source, design), (paper, told) = registered, reported
    how = "registered" if design.number else "planned"
    every, others = _keyed("registered", source, design), _keyed("reported", paper, told)
    if not every or not others:
        return
    for key, one in every:
        own = [(at, other) for at, other in others if _one_thing(one, other)]
        best = next((pair for pair in own if pair[1].same(one)), own[0] if own else None)
        what = f"Margin: {_label(ledger, one)}"
        if best is None:
            text = f"The margin ({one.words}) is {how}; it is not among those that are reported."
            yield Held(MARGIN, source, what, one.words, NOTHING, CHANGED, text, (key,))
            continue
        at, other = best
        same = other.same(one)
        text = f"The margin is {how} and reported as {one.words}."
        if not same:
            text = f"The margin is {how} as {one.words}, reported as {other.words}."
        keys, claims = (key, at), (one.claim, other.claim)
        yield Held(
            MARGIN,
            source,
            what,
            one.words,
            other.words,
            HOLDS if same else CHANGED,
            text,
            keys,
            tuple(dict.fromkeys(name for name in claims if name)),
        )


def _one_thing(item: ToldMargin, other: ToldMargin) -> bool:
    """Whether both are of one outcome and comparison, and of one population and visit if told."""
    pairs = (item.population, other.population), (item.visit, other.visit)
    return (
        item.outcome == other.outcome
        and set(item.compare) == set(other.compare)
        and all(None in pair or pair[0] == pair[1] for pair in pairs)
    )


def _beyond_null(item: ToldMargin) -> bool:
    """Whether no difference itself would be too much worse."""
    null, limit = (1.0 if item.ratio else 0.0), item.limit(percent=False)
    return limit < null if item.worse == "above" else limit > null


def _label(ledger: Ledger, item: ToldMargin | ToldEquivalence) -> str:
    known = ledger.outcomes.get(item.outcome)
    return known.label if known else item.outcome


def _cells(text: str, words: str) -> tuple[str, str]:
    return (NOTHING, words) if text == "reported" else (words, NOTHING)


# Days of registration, enrolment, completion and publication against each other.

NAMED: dict[Day, str] = {
    "first": "first registration",
    "changed": "last change of the registration",
    "begin": "begin of the enrolment",
    "end": "end of the enrolment",
    "completed": "completion",
}
IN_ORDER: tuple[tuple[Day, Day], ...] = (
    ("begin", "end"),
    ("begin", "completed"),
    ("end", "completed"),
    ("first", "changed"),
)
"""Days of one text of which the first cannot be the later one."""
PUBLISHED: tuple[Day, ...] = ("begin", "end", "completed")
"""Days that a paper cannot tell of before they have been."""


def in_order(part: str, paper: str, design: ToldDesign) -> Iterator[Held]:
    """Days of one text that no calendar allows."""
    own = part == "reported"
    pairs = [(early, late, NAMED[early], NAMED[late]) for early, late in IN_ORDER]
    pairs += [(early, "first", NAMED[early], "publication") for early in PUBLISHED if own]
    for early, late, before, after in pairs:
        one, other = design.day(early), design.day(late)
        if one is None or other is None or not other.before(one):
            continue
        told = f"{after} {getattr(design, late)}", f"{before} {getattr(design, early)}"
        text = f"The {told[0]} lies before the {told[1]}."
        cells = (NOTHING, "; ".join(told)) if own else ("; ".join(told), NOTHING)
        keys = (f"{part}.{paper}.{late}", f"{part}.{paper}.{early}")
        what = f"{after} and {before}"
        yield Held("registered.days", paper, upper(what), *cells, CONTRADICTS, upper(text), keys)


def first_registered(
    source: str, design: ToldDesign, reported: Mapping[str, ToldDesign]
) -> Iterator[Held]:
    """Whether it was registered before the first patient was enrolled."""
    check, key = "registered.first", f"registered.{source}.first"
    if design.number is None:
        return
    first, told = design.day("first"), design.first or NOTHING
    what = "First registration and begin of the enrolment"
    begins = {f"reported.{paper}.begin": one for paper, one in reported.items() if one.begin}
    begins = begins or ({f"registered.{source}.begin": design} if design.begin else {})
    for place, one in begins.items():
        begin = one.day("begin")
        if first is None or begin is None:
            continue
        said = f"the enrolment began {one.begin}"
        if begin.before(first):
            verdict, text = LATE, f"First registered {told}; {said}, before it."
        elif first.before(begin) or first == begin == Period(first.first, first.first):
            verdict, text = HOLDS, f"First registered {told}; {said}."
        else:
            verdict = NOT_CHECKED
            text = f"First registered {told}; {said}: which was earlier cannot be told."
        yield Held(check, source, what, told, str(one.begin), verdict, text, (key, place))
    if begins and first is not None:
        return
    if design.status in ("enrolling", "enrolled", "completed"):
        how = {
            "enrolling": "while patients were enrolled",
            "enrolled": "when all patients were enrolled",
            "completed": "when the study was complete",
        }[design.status]
        text = f"First registered {f'{told}, ' if design.first else ''}{how}."
        places = (f"registered.{source}.status",)
        yield Held(check, source, what, told, NOTHING, LATE, text, places)
    elif first is None:
        text = f"The ledger has no day of the first registration of {design.number}."
        yield Held(check, source, what, NOTHING, NOTHING, NOT_CHECKED, text)
    elif design.status is None:
        text = f"First registered {told}; the ledger has no day on which the enrolment began."
        yield Held(check, source, what, told, NOTHING, NOT_CHECKED, text, (key,))


def last_changed(
    source: str, design: ToldDesign, reported: Mapping[str, ToldDesign]
) -> Iterator[Held]:
    """A change of the entry after the study had ended: what stood there before is not in it."""
    changed = design.day("changed")
    for paper, told in reported.items():
        name: Day = "completed" if told.completed else "end"
        ended = told.day(name)
        if changed is None or ended is None or not ended.before(changed):
            continue
        day = getattr(told, name)
        text = (
            f"The registration was last changed {design.changed}, after the {NAMED[name]} {day}: "
            "what stood there before needs its history."
        )
        keys = (f"registered.{source}.changed", f"reported.{paper}.{name}")
        what = "Last change of the registration"
        yield Held(
            "registered.last", source, what, str(design.changed), f"{day}", REMARK, text, keys
        )


def told_twice(source: str, design: ToldDesign, paper: str, told: ToldDesign) -> Iterator[Held]:
    """Days of the enrolment that registry and paper both tell."""
    for name in ("begin", "end", "completed"):
        one, other = design.day(name), told.day(name)
        if one is None or other is None:
            continue
        registered, reported = getattr(design, name), getattr(told, name)
        if one.meets(other):
            verdict, text = HOLDS, f"The {NAMED[name]} is {registered} and {reported}."
        else:
            verdict = REMARK
            text = (
                f"The {NAMED[name]} is {registered} as registered and {reported} as reported; a "
                "registry may hold what was expected."
            )
        keys = (f"registered.{source}.{name}", f"reported.{paper}.{name}")
        what = upper(NAMED[name])
        yield Held("registered.days", source, what, registered, reported, verdict, text, keys)


# Patients planned against those randomised.


def patients(ledger: Ledger, source: str, design: ToldDesign) -> Iterator[Held]:
    if design.planned is None:
        return
    check, what, key = "registered.patients", "Patients", f"registered.{source}.planned"
    for claim in ledger.every_size("planned").get(ALL, []):
        if claim.paper == source and claim.whole_count not in (None, int(design.planned)):
            text = f"{design.planned} patients were planned; “{claim.printed}” is another number."
            yield Held(
                check,
                source,
                what,
                design.planned,
                NOTHING,
                CONTRADICTS,
                text,
                (key, f"claims.{claim.name}"),
                (claim.name,),
            )
    randomised, claims = _randomised(ledger)
    if randomised is None:
        return
    planned = int(design.planned)
    if randomised == planned:
        verdict, text = HOLDS, f"{planned} patients were planned and randomised."
    else:
        share = 100 * randomised / planned
        text = f"{planned} patients were planned, {randomised} randomised ({share:.0f} %)."
        verdict = REMARK
    said = f"{randomised} randomised"
    yield Held(check, source, what, f"{planned} planned", said, verdict, text, (key,), claims)


def _randomised(ledger: Ledger) -> tuple[int | None, tuple[str, ...]]:
    """How many were randomised, as a claim prints it or as the sizes of the groups add up."""
    total = ledger.sizes("randomised").get(ALL)
    if total is not None and total.whole_count is not None:
        return total.whole_count, (total.name,)
    sizes = [ledger.groups[name].size for name in ledger.apart]
    known = [size for size in sizes if size is not None]
    return (sum(known), ()) if known and len(known) == len(sizes) else (None, ())


def held(ledger: Ledger) -> list[Held]:
    """Everything that the ledger tells of the design, by source; the order of the ledger."""
    found = [
        one
        for part, every in (("registered", ledger.registered), ("reported", ledger.reported))
        for paper, design in every.items()
        for one in (
            *in_order(part, paper, design),
            *alpha.split(part, paper, design),
            *concluded(ledger, part, paper, design),
        )
    ]
    for source, design in ledger.registered.items():
        found += patients(ledger, source, design)
        found += first_registered(source, design, ledger.reported)
        found += last_changed(source, design, ledger.reported)
        for paper, told in ledger.reported.items():
            found += told_twice(source, design, paper, told)
            found += alpha.both(source, design, paper, told)
            found += margins(ledger, (source, design), (paper, told))
            found += outcomes(ledger, (source, design), (paper, told))
    return found
