"""The visits of an outcome: their labels, and which of them were before treatment."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, takewhile

from trialtrace.base.errors import one_of, wrong
from trialtrace.run.drafting.columns import SHOWN as MOST_LEVELS
from trialtrace.run.drafting.decided import Decided, code_of
from trialtrace.run.drafting.enrolled import apart_before
from trialtrace.run.drafting.flagged import flagged
from trialtrace.run.drafting.intervals import bounds
from trialtrace.run.drafting.keys import in_order, telling_apart
from trialtrace.run.drafting.names import VISITS, name_words, rank
from trialtrace.run.drafting.outcomes import TIMES, Outcome, is_number, label_of, levels
from trialtrace.run.drafting.parameters import parameters_of
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.prose import AT_ITS_END
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.wide import AROUND, BOUND, EARLY, LATE, TREATMENT, UNIT, days_of
from trialtrace.run.drafting.yaml_text import Quoted
from trialtrace.run.tables.measures import folded, parts

BEFORE, AFTER, NONE = "before", "after", "none"
# How a phase is called that was before what the arms had.
PHASE_BEFORE = re.compile(r"(before|pre|prior to|baseline)\b", re.IGNORECASE)
# Of a column of its own with the value before, whatever that is of.
OWN_COLUMN = {"bl", "baseline", "base", "pre", "before"}
# Words of a name that say when, and nothing of what was measured.
OF_WHEN, OF_UNIT = re.compile(rf"[0-9]+|{EARLY}|{LATE}"), re.compile(UNIT)
EARLY_WORDS = re.compile(
    rf"\b(?:{EARLY}|enrol\w*|randomi[sz]ation|anamnese|einschluss|inclusion|inklusion)\b"
)
LATE_WORDS = re.compile(rf"\b(?:{LATE})\b")
# A change from baseline is later than it, as what was after it.
CHANGED = re.compile(
    r"chang|from baseline|since|differen|reduc|increas|decreas|versus|\bvs\b|relative|compared|"
    r"\b(after|post|following) (the )?(baseline|enrol|randomi[sz]ation|start|entry)"
)
# No visit that everybody was to have.
UNPLANNED = re.compile(
    r"\b(un(scheduled|sched|planned)|ungeplant|vorzeitig|"
    r"(early|premature) (term|discontin|withdr|exit))|^et$"
)
# A year of the calendar counts from no start.
CALENDAR = range(1900, 2100)
NUMBER, WORD = r"-?[0-9]+(?:[.,][0-9]+)?", rf"{UNIT}|t|time|v|visit\w*"
# The last letter of a word is no unit: unem74.
TIMED = re.compile(
    rf"(?:(?<![0-9])(?P<n>{NUMBER})[-_ ]?(?P<w>(?i:{WORD}))|"
    rf"(?:{BOUND}|(?=[A-Za-z]{{2}}))(?P<u>(?i:{WORD}))[-_ ]?(?P<m>{NUMBER}))(?![A-Za-z0-9])"
)
# Of these the first is often that of the start; of the numbers of visits nothing is known.
FIRST_OF_START, VISIT = re.compile(r"d.*|w.*|time|h.*|min"), re.compile(r"t|v|visit\w*")
# An event of REDCap in one of several arms, by its name or its label.
OF_ARM = re.compile(r"(.+?)(?:_arm_[0-9]+[a-z]*| \(Arm [0-9]+: .+\))")
NUMBERED, DASHED = re.compile("[0-9]"), re.compile(r"(?<=[^\W\d_])-(?=[0-9])")
UNDASHED = re.compile(r"[^\W\d_][0-9]")
# A visit before the start: the next may be that of the start, as day 1 after screening or day -7.
AHEAD = re.compile(r"\b(?:screening|scr|enrol\w*|run-?in)\b|-\s*[0-9]", re.IGNORECASE)
WHOLE = re.compile("-?[0-9]+")
# A number with its unit behind it is a visit without the word before it.
OWN_UNIT = re.compile(rf"{NUMBER}[-_ ]?(?:{UNIT})\b", re.IGNORECASE)
IN_UNIT = re.compile(rf"(?<![a-z])(?:{UNIT})(?![a-z])")
LEADING = re.compile(r"([\s,;:(\[/-]|\b(at|on|in|the|of|bei|am|im|à|a|nach))+$", re.IGNORECASE)
# What a label says behind what it measures and when, and what the outcome is for.
ASIDE = re.compile(r"\s*[(;]|\.\s")
OF_ROLE = re.compile(r"[,:]?\s*\b(?:primary|main) (?:outcome|end ?point)\b:?", re.IGNORECASE)
CLAUSE = re.compile(r"\s*[,;(]")
TRAILING = re.compile(
    r"\s*[(\[]\s*-?[0-9.]+\s*(?:[-–]|to|bis)\s*-?[0-9.]+[^)\]]*[)\]]\s*$|"
    # 0 = none to 10 = worst
    r"[\s,;:(\[]+-?[0-9.]+\s*=[^=]+[\s(–-]-?[0-9.]+\s*=.*$"
)
PLACED = re.compile(r"^(?:at|on|in|am|im|bei)\s+(?:(?:the|der)\s+)?(?=\S)", re.IGNORECASE)
START = re.compile(
    r"(?:(?:at|the) )*(?:(?:start|beginning|outset) of (?:the )?(?:study|trial|treatment|therapy)|"
    r"(?:study|trial) (?:start|entry))"
)
# Columns y1 and y2: a letter that is the whole name need not count months or years.
LETTER = re.compile(r"[^\W\d_][._ -]?\{visit\}")
GLUED = re.compile(r"\{visit\}[^\W\d_]")
LONGEST = 40


@dataclass(frozen=True)
class Look:
    """What is known of the first visits: the codes of those before treatment, the last of which is
    the baseline; with a doubt the first of all may be one. `said` is what another column says,
    `base` the column that has the value before of all, where they had it at several visits."""

    before: tuple[str, ...] = ()
    doubt: str = ""
    said: str = ""
    base: str = ""


def visit_of(table: Table, decided: Decided) -> str:
    """The column that tells the visits of a patient apart, told or a guess; nothing without one."""
    if data := decided.told.get("visit"):
        found = next((column for column in table.columns if column.name == data), None)
        # A day that one patient has is no visit.
        if found is not None and (not levels(found) or 2 * found.distinct > table.rows):
            fault = f"{data}, {found.distinct} different values"
            mend = "add a column with the number of the visit to the export"
            raise wrong("--visit", fault, f"a column of at most {MOST_LEVELS} visits", mend)
        return _told_visit(table, found) if found else ""
    usable = [name for name in table.visit if levels(table.column(name))]
    starts = {start for start, stop in bounds(table) if _precedes(table, start, stop)}
    once = [name for name in usable if name in table.once and name not in starts]
    if not once:
        return ""
    place = ("trial.yaml", f"tables.{table.name}.key")
    why, codes = table.evidence[f"visit.{once[0]}"], levels(table.column(once[0]))
    of_arms = [code for code in codes if OF_ARM.fullmatch(code)]
    apart = len({OF_ARM.sub(r"\1", code) for code in of_arms}) < len(of_arms)
    if apart:
        why += f" It has the events of each arm under names of their own ({one_of(of_arms)}), at "
        why += "which no arms are compared: give the event without its arm in a copy of the file, "
        why += "and the arm in a column of its own."
    decided.guess(f"visit.{table.name}", place, once[0], why, blinds=apart)
    return once[0]


def _precedes(table: Table, start: str, stop: str) -> bool:
    """Whether an interval begins before it ends in every row, as far as rows are read."""
    rows = cells_of(table, [start, stop]) if table.rows <= MOST_ROWS else []
    return all(float(one) <= float(other) for one, other in rows if one and other)


def _told_visit(table: Table, column: Column) -> str:
    """The visit that a person names; nothing where patients have one row, or where parameters tell
    the rows of a visit apart. Raises UserError where it tells no rows of a patient apart."""
    subject = (*table.subject, SOURCE_ROW)[0]
    if subject == SOURCE_ROW or (subject,) in table.keys:
        return ""
    rows = cells_of(table, [subject, column.name]) if table.rows <= MOST_ROWS else []
    if len(set(rows)) == len(rows) or (subject, column.name) in table.keys:
        return column.name
    parameters = parameters_of(table, subject, "")
    if parameters is not None and parameters.visit == column.name:
        return ""
    others = [one.name for one in telling_apart(table) if one is not column]
    by = f", which {' and '.join(others)} tells apart" if others else ""
    fault = f"{column.name}, of which patients have a value in several rows{by}"
    mend = "keep the rows of one of its values in the export, or call it PARAMCD there: then "
    mend += "--parameter chooses one"
    need = "a column of visits, each in one row of a patient"
    raise wrong("--visit", fault, need, mend if others else None)


def visits_of(table: Table, outcome: Outcome) -> dict[str, str]:
    """The visits of an outcome, code to label, in their order; none of one without."""
    if outcome.visit:
        return _as_rows_follow(
            table, outcome.visit, labels_of(table.column(outcome.visit), outcome.visits)
        )
    said = _said([table.column(name) for _, name in outcome.columns])[1]
    stems = {re.sub("[0-9]+$", "", text) for text in said}
    codes = [code for code, _ in outcome.columns]
    if len(set(said)) < len(codes) and len(stems) == 1 and all(map(str.isdecimal, codes)):
        # A number that one of the labels has wrong.
        said = [f"{stem}{int(code)}" for stem in stems if stem for code in codes]
    if len(set(said)) < len(codes):
        said = [_in_name(outcome, code) for code in codes]
        if shift := _shifted(table, outcome):
            # V2 is of time-point 1.
            said = [str(int(code) + shift) for code in codes]
    labels = [_clean(text) or code for text, code in zip(said, codes, strict=True)]
    return dict(zip(map(Quoted, codes), labels, strict=True))


def _shifted(table: Table, outcome: Outcome) -> int:
    """By how much all numbers in labels of numbered columns are another than those of their names;
    0 where some have another difference, or fewer than two a number."""
    found = [
        int(numbers[0]) - int(code)
        for code, name in outcome.columns
        if code.isdecimal()
        if len(numbers := re.findall(r"(?<![\w.])[0-9]+(?![\w.])", table.column(name).label)) == 1
    ]
    numbered = all(code.isdecimal() for code, _ in outcome.columns)
    return found[0] if numbered and len(found) > 1 and len({*found}) == 1 else 0


def at_filled(table: Table, outcome: Outcome) -> Outcome:
    """The outcome without visits at which nobody has a value: what came of a treatment has none
    before it, and nothing happened since the last visit at the first."""
    if not outcome.visit or outcome.visits or table.rows > MOST_ROWS:
        return outcome
    column, codes = table.column(outcome.source), levels(table.column(outcome.visit))
    lacking = {"", *column.missing_codes}
    some = column.blank or column.missing_codes
    cells = cells_of(table, [outcome.visit, column.name]) if some else []
    filled = {code for code, cell in cells if cell not in lacking}
    kept = tuple(code for code in codes if code in filled)
    return replace(outcome, visits=kept) if 0 < len(kept) < len(codes) else outcome


def in_visit_order(table: Table, column: Column) -> Column:
    """The column of visits with its codes in their order, where no file lists them."""
    codes = [] if column.given else [*_as_rows_follow(table, column.name, labels_of(column))]
    place = {str(code): at for at, code in enumerate(codes)}
    choices = sorted(column.choices, key=lambda one: place.get(one[0], len(place)))
    return replace(column, choices=tuple(choices))


def _as_rows_follow(table: Table, visit: str, labels: dict[str, str]) -> dict[str, str]:
    """The visits with those that no number and no word places where the days of patients have
    them, or else their rows, if these follow the numbers; what nobody planned comes last."""
    subject = (*table.subject, SOURCE_ROW)[0]
    odd = [one for one in labels if UNPLANNED.search(labels[one].lower())]
    planned = [one for one in labels if one not in odd]
    loose = [one for one in planned if not NUMBERED.search(f"{one} {labels[one]}")]
    loose = [one for one in loose if when((one, labels[one])) != BEFORE]
    placed = [one for one in planned if one not in loose]
    each: dict[str, list[str]] = {}
    early = [one for one in placed if not NUMBERED.search(f"{one} {labels[one]}")]
    known = (loose or early[1:]) and subject != SOURCE_ROW and table.rows <= MOST_ROWS
    days = _days_of(table) if known else []
    rows = cells_of(table, [subject, visit, *(one.name for one in days)]) if known else []
    for who, code, *_ in sorted(rows, key=lambda row: _by_day(days[0], row[2])) if days else rows:
        each.setdefault(who, []).append(code)
    ahead = Counter(pair for codes in each.values() for pair in combinations(codes, 2))
    # Of screening and baseline, which no number tells apart, the one that came first.
    first = sorted(early, key=lambda one: sum(ahead[two, one] > ahead[one, two] for two in early))
    placed = [first.pop(0) if one in early else one for one in placed]
    if not each or any(ahead[b, a] > ahead[a, b] for a, b in pairwise(placed)):
        return {one: labels[one] for one in (*planned, *odd)}
    for one in loose:
        after = [at for at, other in enumerate(placed, 1) if ahead[other, one] > ahead[one, other]]
        placed.insert(max(after, default=0), one)
    return {one: labels[one] for one in (*placed, *odd)}


def _days_of(table: Table) -> list[Column]:
    """The columns with the day of each row, of most rows: by these visits follow one another, in
    whatever order a file has its rows."""
    return [
        one
        for one in table.columns
        if one.validation.startswith("date") and one.constant_within is False
        if 2 * one.blank < one.rows
    ]


def _by_day(column: Column, cell: str) -> tuple[str, ...]:
    """A day as text that sorts: year, month and day, as the order of the column has them."""
    at = dict(zip(column.validation[-3:], re.findall("[0-9]+", cell), strict=False))
    return tuple(at.get(part, "").zfill(4) for part in "ymd")


def label_in(table: Table, outcome: Outcome) -> str:
    """What the labels of the columns of an outcome have in common; nothing without labels."""
    return _said([table.column(name) for _, name in outcome.columns])[0]


def _said(columns: Sequence[Column]) -> tuple[str, list[str]]:
    """What labels have in common, and of each what it says of its visit."""
    texts = [" ".join(column.label.split()) for column in columns]
    if len(texts) < 2 or any(text == one.name for text, one in zip(texts, columns, strict=True)):
        return "", []
    words = [text.split(" ") for text in texts]
    first = _shared(words)
    rest = [" ".join(word[len(first) :]) for word in words]
    whole = all(OWN_UNIT.match(text) for text in rest)
    if first and not whole and all(text[:1].isdecimal() for text in rest):
        # The word before a number belongs to the visit: week of week 4.
        rest = [f"{first[-1]} {text}" for text in rest]
        first = first[:-1]
    if not first:
        last = " ".join(_shared([word[::-1] for word in words])[::-1])
        shared = "" if PLACED.match(last) else last[:1].upper() + last[1:]
        return shared, [text.removesuffix(last).strip() for text in texts]
    # What follows a comma says more of all of them, as the ends of the scale.
    ahead = [CLAUSE.split(text, maxsplit=1)[0] for text in rest]
    rest = ahead if all(ahead) and len({*ahead}) == len(rest) else rest
    return LEADING.sub("", " ".join(first)), [_visit_in(text) for text in rest]


def _visit_in(text: str) -> str:
    """What a label says of its visit, without the range of a scale behind it, a word of place
    before it, or brackets around it."""
    text = TRAILING.sub("", text).strip(" ,;:-")
    if text[:1] in ("(", "[") and text[-1:] in (")", "]"):
        text = text[1:-1]
    return PLACED.sub("", text).strip() or text


def _shared(texts: Sequence[Sequence[str]]) -> list[str]:
    """The words with which all begin."""
    return [
        each[0] for each in takewhile(lambda each: len({*each}) == 1, zip(*texts, strict=False))
    ]


def _in_name(outcome: Outcome, code: str) -> str:
    return f"{outcome.visit_word} {int(code)}" if WHOLE.fullmatch(code) else code


def _clean(text: str) -> str:
    whole = " ".join(re.sub(r"[;@/=]+", " ", text).split())
    cut = whole[:LONGEST].strip()
    # Between words, where that leaves most of it.
    words = cut.rpartition(" ")[0] if len(whole) > LONGEST else ""
    return (words if 2 * len(words) > LONGEST else cut) or text


def labels_of(column: Column, codes: Sequence[str] = ()) -> dict[str, str]:
    """The labels of visits, periods or sides by their codes, as a configuration takes them: those
    with numbers by these, words in the order in which they are listed or come first."""
    made: dict[str, str] = {}
    word = (parts(column.name) or [column.name])[-1]
    every = codes or levels(column)
    # "ses-01" where every number has the dash: none of them is below 0.
    dash = "-" if all(map(DASHED.search, filter(NUMBERED.search, every))) else ""
    texts = {one: folded(one).lower() for one in every}
    timed = all(IN_UNIT.search(text) for text in texts.values() if NUMBERED.search(text))
    days = {one: days_of(text) if timed else 1.0 for one, text in texts.items()}

    apart = signed([*every, *(label_of(column, one) for one in every)])
    place = {one: when((apart[one], apart[label_of(column, one)])) for one in every}
    numbered = any(map(NUMBERED.search, every))

    def at(code: str) -> float:
        # Follow-up, beside weeks 4 and 8.
        if numbered and place[code] == AFTER and not NUMBERED.search(code):
            return math.inf
        return in_order(code.replace(dash, " ") if dash else code)[0] * days[code]

    for code in sorted(sorted(every, key=at), key=lambda one: place[one] != BEFORE):
        label = _clean(label_of(column, code)) or code
        label = f"{word} {label}" if re.fullmatch(r"-?[0-9.,]+", label) else label
        made[Quoted(code)] = label if label not in made.values() else f"{label} ({code})"
    return made


def signed(names: Iterable[str]) -> dict[str, str]:
    """Names of visits with a dash that is a sign apart from the word before it: D-7 beside D1, and
    not ses-01 beside ses-02."""
    every = [*names]
    sign = any(UNDASHED.search(name) and not DASHED.search(name) for name in every)
    return {name: DASHED.sub(" -", name) if sign else name for name in every}


def when(texts: Iterable[str]) -> str:
    """Whether a visit that is called so was before treatment or after it began; nothing where its
    names do not say."""
    for text in texts:
        words = " ".join(re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", folded(text))))
        words = words.lower().strip()
        if (
            re.fullmatch(r"-[0-9]+([.,][0-9]+)?|0+([.,]0+)?", text)
            or (EARLY_WORDS.search(words) and not CHANGED.search(words))
            or START.fullmatch(words)
        ):
            return BEFORE
        for match in TIMED.finditer(folded(text)):
            number = float((match["n"] or match["m"]).replace(",", "."))
            unit = (match["w"] or match["u"]).lower()
            if unit[0] in "yj" and number in CALENDAR:
                continue
            if number <= 0:
                return BEFORE
            if not VISIT.fullmatch(unit) and (number > 1 or not FIRST_OF_START.fullmatch(unit)):
                return AFTER
        if LATE_WORDS.search(words) or (EARLY_WORDS.search(words) and CHANGED.search(words)):
            return AFTER
    return ""


def look(table: Table, outcome: Outcome, home: str = "") -> Look:
    """Which visits of an outcome were before treatment, as far as its file says; in doubt where a
    label or a text says of one that it came after what was given. `home` is the table of the
    patients."""
    seen = _look(table, outcome, home)
    names = {code: name for code, name in outcome.columns if code in seen.before}
    if not seen.before or seen.doubt or seen.said:
        return seen
    told = {name: table.column(name).label for name in names.values()}
    labels = [] if names else [label_of(table.column(outcome.visit), seen.before[0])]
    late = [f"The label of {name} is: {text}." for name, text in told.items() if _is_late(text)]
    late += [f"Of {outcome.visit} {seen.before[0]} is: {one}." for one in labels if _is_late(one)]
    texts = [*names.values()] or [f"{outcome.visit}.{seen.before[0]}"]
    known = (table.evidence.get(f"late.{name}") for name in texts)
    return replace(seen, doubt=next(iter((*late, *filter(None, known))), ""))


def _is_late(text: str) -> bool:
    return bool(AT_ITS_END.search(folded(text).lower()))


def _look(table: Table, outcome: Outcome, home: str) -> Look:
    visits = visits_of(table, outcome) if outcome.visit or outcome.columns else {}
    if len(visits) < 2 or outcome.visit_word == TREATMENT:
        return Look()
    labels = {code: table.column(name).label for code, name in outcome.columns}
    # What several have in common says of none that it was before: "before, and after 4 weeks".
    n = Counter(labels.values())
    labels = {code: one for code, one in labels.items() if n[one] == 1 or when([one]) != BEFORE}
    silent = _silent(outcome)
    apart = signed([*visits, *visits.values(), *labels.values()])
    told = {
        code: when(
            [
                *(apart[one] for one in (label, labels.get(code)) if one and one not in silent),
                apart[code],
            ]
        )
        for code, label in visits.items()
    }
    zero = _at_zero(table, outcome.visit) if outcome.visit else set()
    before = tuple(code for code in visits if told[code] == BEFORE or code in zero)
    if outcome.visit and (seen := _flagged(table, outcome, [*visits], home)):
        return seen
    if not before and outcome.visit and (phase := _in_phases(table, outcome.visit, [*visits])):
        return phase
    first, *rest = visits
    bare = dict(outcome.columns).get(first) == first and all(told[one] == AFTER for one in rest)
    before = before or ((first,) if bare and not outcome.doubted else ())
    pair = tuple(folded(code).lower() for code in visits)
    before = before or ((first,) if pair in AROUND else ())
    said = table.column(outcome.visit).label if outcome.visit else ""
    if before == (first,) and first.isdecimal() and AT_ITS_END.search(folded(said).lower()):
        return Look(before, f"{visits[first]} is the first visit, and {outcome.visit} is: {said}.")
    following = next((code for code in visits if code not in before), "")
    ahead = before and all(AHEAD.search(f"{apart[visits[code]]} {apart[code]}") for code in before)
    if ahead and following and not told[following] and not own_before(table, outcome):
        doubt = (
            f"{visits[following]} follows {visits[before[-1]]}, and may be the day of the start."
        )
        return Look((*before, following), doubt)
    if before or told[first] == AFTER or own_before(table, outcome):
        return Look(before if len(before) < len(visits) else ())
    return Look((first,), f"{visits[first]} is the first visit, and no file says when it was.")


def _silent(outcome: Outcome) -> set[str]:
    """Names of visits that say no time, as a letter and a number are all of them: of y, a response,
    or from 1 on, as months 3 and 6 are not; or as a letter behind the number is none of a unit."""
    codes = [code for code, _ in outcome.columns]
    if outcome.visit_word == "visit" and GLUED.search(outcome.column):
        return {name for code, name in outcome.columns if code.isdecimal()}
    counted = [*map(str, range(1, len(codes) + 1))] == codes
    if not LETTER.fullmatch(outcome.column) or not (outcome.column[0] in "yY" or counted):
        return set()
    return {text for code, name in outcome.columns for text in (name, _in_name(outcome, code))}


def _flagged(table: Table, outcome: Outcome, visits: Sequence[str], home: str) -> Look | None:
    """The visits as far as the one at which ADaM's or SDTM's flag of a baseline stands; in doubt
    where some patients have it elsewhere, and no column of `home` has what each had there."""
    found = flagged(table, outcome)
    if found is None or found.visit not in visits[:-1]:
        return None
    before = tuple(visits[: visits.index(found.visit) + 1])
    if not found.elsewhere:
        return Look(before, said=found.said)
    if found.base and table.name == home:
        return Look(before, said=f"{found.doubt} {found.base} has it of all.", base=found.base)
    return Look(before, f"{found.doubt} At {found.visit} they have none.")


def _in_phases(table: Table, visit: str, visits: Sequence[str]) -> Look | None:
    """The first visits, where another column has one level at each visit and says of these alone
    that they were before: "before fine", "with fine"."""
    for column in table.columns:
        early = {code for code in levels(column) if PHASE_BEFORE.match(label_of(column, code))}
        if column.name == visit or column.constant_within is not False or not early:
            continue
        rows = {*cells_of(table, [visit, column.name])} if table.rows <= MOST_ROWS else set()
        at = {row[0]: row[1] for row in rows}
        before = tuple(code for code in visits if at.get(code, "") in early)
        if len(at) == len(rows) and before == tuple(visits[: len(before)]) != tuple(visits):
            words = one_of(sorted(label_of(column, code) for code in early))
            return Look(before, said=f"{column.name} says of {one_of(before)}: {words}.")
    return None


def _at_zero(table: Table, visit: str) -> set[str]:
    """The visits at which a measured time is nought, or less, in every row."""
    times = [
        column.name
        for column in table.columns
        if column.name != visit
        and is_number(column)
        and column.constant_within is False
        and (rank(column.name, VISITS) is not None or name_words(column.name) & TIMES)
    ]
    found: set[str] = set()
    for name in times if table.rows <= MOST_ROWS else ():
        at: dict[str, list[float]] = {}
        for code, cell in cells_of(table, [visit, name]):
            if cell and cell not in table.column(name).missing_codes:
                at.setdefault(code, []).append(_float(cell))
        found |= {code for code, cells in at.items() if max(cells) <= 0}
    return found


def _float(cell: str) -> float:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return 1.0


def own_before(table: Table, outcome: Outcome) -> list[Column]:
    """The columns that the value before has of its own, those of the outcome's name first."""
    found = {
        column.name: stem
        for column in table.columns
        if column.constant_within is not False and column.name not in outcome.names
        if (stem := before_of(table, outcome, column)) is not None
    }
    return sorted(map(table.column, found), key=lambda one: not found[one.name])


def before_of(table: Table, outcome: Outcome, column: Column) -> str | None:
    """What a column measures besides when, by its name or by its label, where that is what the
    outcome is later; None where neither says that it was before."""
    stem = stem_before(column.name, outcome.column.replace("{visit}", ""))
    own = next((one for one in table.columns if one.name == outcome.column), None)
    if stem or own is None or any(one.label == one.name for one in (own, column)):
        return stem
    said, later = (OF_ROLE.sub("", ASIDE.split(one.label)[0]) for one in (column, own))
    return stem_before(said, later) or stem


def stem_before(name: str, later: str) -> str | None:
    """What a column measures besides when, where that is what another has later, or nothing; None
    where its name does not say that it was before."""
    words, others = parts(name), parts(later)
    pairs = [one for one in AROUND if one[0] in words and one[1] in others]
    around = {word for pair in pairs for word in pair}
    later_of = others[:-1] if others[-1:] and others[-1].isdecimal() else others
    if words[-1:] == ["0"] and words[:-1] == later_of:
        return "".join(later_of)
    if not (pairs or any(re.fullmatch(EARLY, word) for word in words)):
        return None
    stem, of_later = (
        "".join(
            word
            for last, word, following in zip(["", *each], each, [*each[1:], ""], strict=False)
            if not (OF_WHEN.fullmatch(word) or word in around)
            if not (OF_UNIT.fullmatch(word) and any(map(str.isdecimal, (last, following))))
        )
        for each in (words, others)
    )
    return stem if (stem or {*words} & OWN_COLUMN) and stem in ("", of_later) else None


def ask_before(table: Table, outcome: Outcome, arm: str, home: str, decided: Decided) -> None:
    """Ask which visit of the primary endpoint was before treatment, where it may be one: then arms
    are compared after it, given it. Without an answer it is taken for one, and nothing computed by
    arm."""
    seen = look(table, outcome, home)
    if seen.before and not seen.doubt:
        doubt = apart_before(table, arm, outcome, seen.before[-1])
        seen = replace(seen, doubt=doubt)
    if seen.said and not (seen.doubt or seen.base) and "before" not in decided.told:
        why = f"{seen.said} Arms are compared after it, given it."
        decided.guess("before", ("endpoints.yaml", "baseline"), str(seen.before[-1]), why)
    if "before" not in decided.told and (not seen.doubt or _adjusted_for(outcome, seen, decided)):
        return
    visits = visits_of(table, outcome) if outcome.visit or outcome.columns else {}
    if len(visits) < 2 and decided.told.get("before", NONE) != NONE:
        fault = f"{decided.told['before']}, and {outcome.column}, of which no visits tell the rows"
        mend = "keep one row of each patient and visit by --where COLUMN=VALUE"
        by = [one.name for one in telling_apart(table)]
        raise wrong("--before", fault, f"an outcome at visits, or {NONE}", f"{mend} ({one_of(by)})")
    choices = [
        (str(code), f"{seen.doubt} Arms are compared after it, given it.")
        for code in reversed(seen.before)
    ]
    choices.append((NONE, f"{next(iter(visits.values()), '')} came after treatment began."))

    def read(text: str) -> str:
        return text if text == NONE else code_of("before", text, visits, "none, or a visit: ")

    place, words = ("endpoints.yaml", "baseline"), "Which visit was before treatment?"
    decided.choose("before", words, choices, place, read, False)


def _adjusted_for(outcome: Outcome, seen: Look, decided: Decided) -> str:
    """The first visit, where its column was told as a covariate: then it was before treatment."""
    covariates = {one.strip() for one in decided.told.get("covariates", "").split(",")}
    named = (code for code, name in outcome.columns if name in covariates)
    return next((str(code) for code in named if seen.doubt and code in seen.before), "")


def _looks(tables: Mapping[str, Table], outcomes: Sequence[Outcome], home: str) -> list[Look]:
    """What is known of the first visits of each outcome: one that was before treatment, or may be,
    was so for all with the same visits, but for those with a column of their own for the value."""
    looks = [look(tables[outcome.table], outcome, home) for outcome in outcomes]
    groups = [
        (outcome.table, outcome.visit, outcome.visit_word, *dict(outcome.columns))
        for outcome in outcomes
    ]
    made = []
    for outcome, group, own in zip(outcomes, groups, looks, strict=True):
        known = [seen for seen, other in zip(looks, groups, strict=True) if other == group]
        known = sorted((seen for seen in known if seen.before), key=lambda seen: bool(seen.doubt))
        lone = own.before and not own.doubt
        alone = lone or not outcome.columns or own_before(tables[outcome.table], outcome)
        made.append(own if alone or not known else known[0])
    return made


def with_before(
    tables: Mapping[str, Table], outcomes: Sequence[Outcome], home: str, decided: Decided
) -> list[Outcome]:
    """The outcomes, the primary one first, with their visits before treatment: what is told of them
    holds for each of which nothing else is known."""
    looks = _looks(tables, outcomes, home)
    first = looks[0]
    told = decided.told.get("before") or _adjusted_for(outcomes[0], first, decided)
    of_first = (outcomes[0].table, outcomes[0].visit)
    made, doubtful = [], list[str]()
    for at, (outcome, seen) in enumerate(zip(outcomes, looks, strict=True)):
        # A visit of the same column was before for every outcome.
        same = bool(outcome.visit) and (outcome.table, outcome.visit) == of_first
        alike = told != NONE and outcome.visit_word == outcomes[0].visit_word
        same = same or (alike and bool(outcome.columns and outcomes[0].columns))
        visits = visits_of(tables[outcome.table], outcome) if seen.doubt or same or not at else {}
        codes = [
            code
            for code, label in visits.items()
            if told.casefold() in (code.casefold(), label.casefold())
        ]
        before = seen.before
        # What was told is of an earlier visit: a change since has none before.
        if visits and (told == NONE or (told and same and seen.doubt and not codes)):
            before = ()
        elif told and codes:
            before = tuple([*visits][: [*visits].index(codes[0]) + 1])
        elif seen.doubt:
            doubtful.append(f"{outcome.column}: {seen.doubt}")
        base = (seen.base, seen.said) if seen.base and not told else ("", "")
        made.append(replace(outcome, before=before, base=base))
    name = "visits" if told else "before"
    if doubtful and all(guess.name != name for guess in decided.guesses):
        value = next(one.before[-1] for one in made if one.before)
        why = f"{' '.join(doubtful)} Arms are compared after it."
        decided.guess(name, ("endpoints.yaml", "baseline"), str(value), why)
    return made
