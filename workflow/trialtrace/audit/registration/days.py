"""Days of registration, enrolment, completion and publication against each other."""

from collections.abc import Iterator, Mapping

from trialtrace.audit.ledger.design import Day, ToldDesign
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.period import Period
from trialtrace.audit.prints.finding import COMPATIBLE, INCONSISTENT
from trialtrace.audit.registration.rows import LATE, NOTHING, REMARK, Held, upper

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
        yield Held("registered.days", paper, upper(what), *cells, INCONSISTENT, upper(text), keys)


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
            verdict, text = COMPATIBLE, f"First registered {told}; {said}."
        else:
            verdict = NOT_CHECKABLE
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
        yield Held(check, source, what, NOTHING, NOTHING, NOT_CHECKABLE, text)
    elif design.status is None:
        text = f"First registered {told}; the ledger has no day on which the enrolment began."
        yield Held(check, source, what, told, NOTHING, NOT_CHECKABLE, text, (key,))


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
            verdict, text = COMPATIBLE, f"The {NAMED[name]} is {registered} and {reported}."
        else:
            verdict = REMARK
            text = (
                f"The {NAMED[name]} is {registered} as registered and {reported} as reported; a "
                "registry may hold what was expected."
            )
        keys = (f"registered.{source}.{name}", f"reported.{paper}.{name}")
        what = upper(NAMED[name])
        yield Held("registered.days", source, what, registered, reported, verdict, text, keys)
