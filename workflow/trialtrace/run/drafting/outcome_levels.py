"""What the values of an outcome are worth: their order, which is the event, which competes."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from trialtrace.base.errors import wrong
from trialtrace.run.drafting.column_types import DECIMAL
from trialtrace.run.drafting.control import HAS
from trialtrace.run.drafting.decided import Decided, code_of, column_of, none_of
from trialtrace.run.drafting.outcomes import (
    CENSORING,
    COUNT,
    EVENT,
    MEASURE,
    NO,
    RECURRENT,
    REPEATED,
    REPEATED_EVENT,
    TIME,
    WORDS,
    YES,
    Outcome,
    judged,
    label_of,
    levels,
)
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.visits import NONE

# Times in the last part of the longest, how many these are, and how many of them, and of all, have
# the code of who was followed to the end.
LAST, FEWEST_LAST, SHARE_LAST, NEARLY, MOST_USUAL = 0.95, 20, 0.05, 0.95, 0.8
# Three letters at most, or four without a vowel.
ABBREVIATED = re.compile(r"[a-z]{1,3}|[b-df-hj-np-tv-xz]{4}", re.IGNORECASE)


def with_order(tables: Sequence[Table], outcome: Outcome, decided: Decided) -> Outcome:
    """The endpoint as levels in the order that is told, which is asked of three words or more where
    none is known. Raises UserError where it has none to order."""
    column = column_of(tables, outcome.source, "primary")[1]
    all_codes, codes = levels(column), judged(column)
    text = decided.told.get("order", "")
    codes = all_codes if text.count(",") + 1 == len(all_codes) else codes
    ordered = {EVENT: MEASURE, REPEATED_EVENT: REPEATED}.get(outcome.kind, outcome.kind)
    if len(codes) < 3 or ordered not in (MEASURE, REPEATED) or outcome.columns:
        if "order" in decided.told:
            fault = f"{outcome.column} is {WORDS[outcome.kind]}"
            raise wrong("--order", fault, "an endpoint of one column with three levels or more")
        return outcome
    if "order" not in decided.told and (ordered == outcome.kind or "event" in decided.told):
        return outcome
    labels = {code: label_of(column, code) for code in codes}

    def read(text: str) -> str:
        return code_of("order", text, labels, f"a value of {column.name}: ")

    words = f"Have the values of {column.name} an order? All from the least on; Enter where one of "
    words += "them is the event"
    told = decided.several("order", words, [*labels.items()], read, len(codes))
    if not told:
        return outcome
    if len({*told}) < len(codes):
        raise wrong("--order", ", ".join(told), f"each value of {column.name} once")
    worth = tuple((code, float(at)) for at, code in enumerate(told, start=1))
    why = f"Its levels are in the order {', '.join(told)}."
    return replace(outcome, kind=ordered, codes=worth, event="", sure=True, evidence=why)


def with_event(tables: Sequence[Table], outcome: Outcome, decided: Decided) -> Outcome:
    """The endpoint with the code that is its event, which is asked where words do not tell it."""
    if outcome.kind not in (EVENT, REPEATED_EVENT, COUNT, TIME, RECURRENT):
        if "event" in decided.told:
            fault = f"{outcome.column} is {WORDS[outcome.kind]}"
            mend = "where it is a time that ended with an event or without it, name the column of "
            mend += "how: --status COLUMN, of which --event is a value"
            told = outcome.kind == MEASURE
            raise wrong("--event", fault, "an endpoint of two values", mend if told else None)
        return outcome
    column = column_of(tables, outcome.status or outcome.source, "primary")[1]
    codes = sorted(levels(column), key=lambda code: code != outcome.event)
    short = _shortened(column, outcome.event)
    if outcome.sure and "event" not in decided.told and not short:
        _tell_event(column, outcome, decided)
        return outcome
    why = f"Nothing tells which value of {column.name} is the event."
    if short:
        why = f"{short} of {column.name} is short for something, which no file says."
    table = next(one for one in tables if one.name == outcome.table)
    end, at_end = _at_end(table, outcome)
    if end in codes and len(codes) == 2:
        codes.sort(key=lambda code: code == end)
        why = f"{at_end} have {end}, as who was followed to the end without the event."
    choices = [(code, f"{label_of(column, code)}. {why}") for code in codes]
    place = ("endpoints.yaml", "event")
    words = f"Which value of {column.name} is the event?"

    def read(text: str) -> Outcome:
        labels = {code: label_of(column, code) for code in codes}
        code = code_of("event", text, labels, f"a value of {column.name}: ")
        return replace(outcome, event=code, sure=True)

    return decided.choose("event", words, choices, place, read, bool(end) and len(codes) == 2)


def _tell_event(column: Column, outcome: Outcome, decided: Decided) -> None:
    """A guess on an event that words tell, and not yes, true or 1 alone."""
    labels = [label_of(column, code) for code in levels(column)]
    said = label_of(column, outcome.event)
    if not (HAS.fullmatch(said) or said.isdecimal()):
        why = f"Of {' and '.join(labels)} the column is called by it, or it reads like an event."
        decided.guess("event", ("endpoints.yaml", "event"), outcome.event, why)


def _shortened(column: Column, code: str) -> str:
    """The label of an event that only an abbreviation tells (md, ddt, rel), beside what is none;
    nothing of a word, and none where the other code says that it is censored."""
    label = label_of(column, code)
    rest = [label_of(column, other) for other in levels(column) if other != code]
    words = YES.fullmatch(label) or NO.fullmatch(label)
    known = words or any(CENSORING.search(other.lower()) for other in rest)
    return label if ABBREVIATED.fullmatch(label) and not known else ""


def _at_end(table: Table, outcome: Outcome) -> tuple[str, str]:
    """The code of nearly all times that end in the last part of the longest, where these are many
    and others have it too seldom for that: of who was followed to the end of the trial; with a
    sentence on them. An event of so many would not come at the end of all times."""
    if outcome.kind != TIME or table.rows > MOST_ROWS:
        return "", ""
    rows = cells_of(table, [outcome.column, outcome.status])
    times = [(float(time), code) for time, code in rows if code and DECIMAL.fullmatch(time)]
    last = LAST * max((time for time, _ in times), default=0.0)
    ends = Counter(code for time, code in times if time >= last)
    code, n = ends.most_common(1)[0] if ends else ("", 0)
    many = ends.total() >= max(FEWEST_LAST, SHARE_LAST * len(times))
    usual = sum(own == code for _, own in times) > MOST_USUAL * len(times)
    if not many or usual or n < NEARLY * ends.total():
        return "", ""
    return code, f"{n} of the {ends.total()} longest times (from {last:.3g} on)"


def with_competing(tables: Sequence[Table], outcome: Outcome, decided: Decided) -> Outcome:
    """A time whose status has further codes: whether they are censored, or events after which this
    one cannot come, is asked."""
    data = decided.told.get("competing")
    if outcome.kind != TIME:
        return outcome
    own = [table for table in tables if table.name == outcome.table]
    column = column_of(own, outcome.status, "status")[1]
    codes = [code for code in levels(column) if code != outcome.event]
    censored = [code for code in codes if NO.fullmatch(label_of(column, code))]
    if (len(codes) < 2 or codes == censored) and data in (None, NONE):
        return outcome
    counts = dict(column.values)
    choices = [(NONE, f"All but {outcome.event} are censored.")]
    choices += [
        (
            code,
            f"{label_of(column, code)}, {counts.get(code, 0)} rows. It would be an event after "
            "which the primary one cannot come, in place of censored.",
        )
        for code in reversed(codes)
        if code not in censored
    ]

    def read(answer: str) -> Outcome:
        if answer == NONE:
            return outcome
        if answer not in codes:
            raise none_of("competing", answer, [NONE, *codes])
        return replace(outcome, competing=answer)

    words = f"Which value of {column.name} is an event that competes?"
    place = ("endpoints.yaml", "competing")
    return decided.choose("competing", words, choices, place, read, False)
