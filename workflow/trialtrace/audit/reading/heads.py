"""The heads of a table: which columns are labels, arms or comparisons, and what each holds."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from trialtrace.audit.reading.cells import is_missing, is_number
from trialtrace.audit.reading.heading_words import (
    COEFFICIENT,
    CROSSED,
    EVERYONE,
    OF_GROUPS,
    OF_TIME,
    PERCENT_CHANGED,
    STAGE,
    UNSAID,
    Said,
    said,
)
from trialtrace.audit.reading.item import OF_ARM_BEFORE
from trialtrace.audit.reading.paper import Table

LABEL, ARM, COMPARE = "label", "arm", "compare"
_TIME = re.compile(r"(?:months?|weeks?|days?|years?|hours?|visits?|time(?: ?point)?)\.?", re.I)
# "Post treatment day", "Time (min)" over numbered rows, and no "Age (years)".
_TIMES = re.compile(
    r"(?:(?!age|duration|length|stay)[\w-]+\s){0,3}(?:days?|weeks?|months?|hours?|minutes?|visits?|"
    r"time(?: ?points?)?)(?:\s\w+){0,2}(?:\s*[(\[][\w ]+[)\]])?",
    re.IGNORECASE,
)
_AT_END = re.compile(
    r"(?P<arm>.*[^\s,:–-])[\s,:–-]+(?P<visit>baseline|before|after|pre|post|follow[\s-]?up|end|"
    r"T ?[0-9]|(?:week|month|day|year)s? [0-9]+|[0-9]+[\s-](?:weeks?|months?|days?|years?))",
    re.IGNORECASE,
)
# A statistic with its spread below it.
_OF_TWO = {
    *("mean_sd", "mean_se", "mean_ci", "mean_range", "median_iqr", "median_range", "median_ci"),
    *("geometric_mean_ci", "geometric_mean_iqr", "percent_ci"),
}
_TOLD = ("size", "visit", "measure", "null", "change", "adjusted")
_COEFFICIENTS = (("B",), ("b",), ("Beta",), ("beta",))
# A column of numbers below these names its rows.
_NAMES = re.compile(r"(?:groups?|arms?|cohorts?|patient|subject|case|id|no|nr)\.?", re.I)
_OF_TESTS = re.compile(
    r"^p\b(?!$|\. [a-z]|\Wvalue|.*\b(?:group|arm)\b)|(?-i:\(P\)|\bof p|[a-z]P[ -]?[Vv]alue)$|χ²|"
    r"\b(?:fisher|chi[\s-]?squared?|t[\s-]test|mann|wilcoxon|anova|significance|trend|interaction)",
    re.IGNORECASE,
)
_P_VALUE = re.compile(
    r"(?:p\s*)?[<>=≤]?\s*(?:0?[.·,][0-9]+|[01](?:[.·,]0+)?)\W*|n\.?\s?s\.?", re.IGNORECASE
)
# "Control (n = 40) P": the p of a row stand in the column of the last arm.
_BEHIND_SIZE = re.compile(r"(?<=[0-9][)\]])\s*p(?:[\s-]?values?)?\W*$", re.IGNORECASE)
_SMALL = re.compile(r"(?:p\s*)?[<≤]\s*0?[.·,]0|p\s*[<=>]", re.IGNORECASE)
_OF_LABELS = re.compile(
    r"(?:characteristics?|variables?|outcomes?(?: measures?)?|parameters?|events?|items?|analysis|"
    r"adverse events?|measures?|end ?points?|scales?|domains?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Column:
    """A column: its role, whose numbers it holds, and of what kind.

    `names` are all names over it, of which `sized` has the number of patients; `part` is what of
    an outcome it holds, such as a grade; `over` stands over all columns; `tested` says that p of
    all groups stand among its numbers; `pieces` are the texts over it.
    """

    at: int
    role: str
    arm: str | None = None
    kind: str | None = None
    size: int | None = None
    visit: str | None = None
    measure: str | None = None
    null: str | None = None
    change: bool = False
    adjusted: bool = False
    names: tuple[str, ...] = ()
    sized: str | None = None
    part: str | None = None
    over: str = ""
    doubt: str | None = None
    tested: bool = False
    pieces: tuple[str, ...] = field(default=(), compare=False)


def is_head(row: Sequence[str], first: int) -> bool:
    """Whether a row names columns: words over its numbers' columns, and no number."""
    cells = [cell for cell in row[first:] if cell]
    worded = [cell for cell in cells if re.search(r"[^\W\d_]|%", cell)]
    return bool(worded) and all(_names(cell) for cell in cells)


def _names(cell: str) -> bool:
    if re.fullmatch(r"n\.?\s?s\.?", cell, re.I):
        return False
    if not is_number(cell):
        return not is_missing(cell) or bool(re.fullmatch(r"n|%|\(%\)", cell, re.I))
    told = said(cell)
    # "200 mg (n = 103)" and "200 mg Drug", which no number in a row of numbers is.
    sized = told.size and re.search(r"[^\W\d_]{2}", told.rest)
    # "120 teeth" is of how many others.
    return told == Said("") or told.visit is not None or bool(sized or _DOSED.match(cell))


_DOSED = re.compile(
    r"[0-9][0-9.,]*\s?(?:m?[gl]|mL|mcg|[µμ]g|IU)\s+(?!per\b|/)[^\W\d_]{3}", re.IGNORECASE
)


def first_data_column(table: Table) -> int | None:
    """The first column of which most cells are numbers, and that is no column of times."""
    rows = table.rows[table.heads :] or table.rows
    begin = next((n for n, row in enumerate(rows) if any(map(is_number, row[1:]))), 0)
    rows = rows[begin:]
    width = len(rows[0]) if rows else 0
    statistics = [at for at in range(1, width - 1) if _of_statistics([row[at] for row in rows])]
    for at in range(min(max([0, *statistics]) + 1, width - 1), width):
        cells = [row[at] for row in rows if row[at]]
        numbers = [cell for cell in cells if is_number(cell) or is_missing(cell)]
        over = [row[at] for row in table.rows[: table.heads + 3]]
        of_time = any(map(_TIME.fullmatch, over)) or (at < 2 and _names_rows(table, at))
        of_time = of_time or (at == 1 and any(map(_TIMES.fullmatch, over)) and _rise(rows))
        of_time = of_time and not any("±" in cell for cell in cells)
        if cells and not of_time and 2 * len(numbers) > len(cells) and not _labels(table, at):
            return at
    return None


def _rise(rows: Sequence[Sequence[str]]) -> bool:
    """Whether whole numbers behind the labels rise below each of these, as times do."""
    blocks: list[list[str]] = []
    for label, cell, *_ in rows:
        if (label and label != (rows[0][0] if not blocks else blocks[-1][0])) or not blocks:
            blocks.append([label])
        blocks[-1].append(cell)
    numbers = [[int(one) for one in own if one.isdecimal()] for _, *own in blocks]
    return all(
        1 < len(own) == len(block) - 1 and own == sorted({*own})
        for own, block in zip(numbers, blocks, strict=True)
    )


def _names_rows(table: Table, at: int) -> bool:
    """Whether a column of numbers has a head that names rows, "Group", and has it alone: no other
    name stands over it and the column behind it."""
    heads = [row[at - 1 : at + 2] for row in table.rows[: table.heads] if 0 < at < len(row) - 1]
    shared = any(own and before != own == behind for before, own, behind in heads)
    return not shared and any(_NAMES.fullmatch(own) and own != behind for _, own, behind in heads)


def _of_statistics(cells: Sequence[str]) -> bool:
    """Whether a column names what the numbers behind it are: "Mean", "SD", "Range"."""
    told = [said(cell) for cell in cells if cell and not is_number(cell)]
    kinds = sum(one.kind not in (None, "effect", "p", "count") and not one.rest for one in told)
    return kinds > 1 and 2 * kinds > sum(map(bool, cells))


def _labels(table: Table, at: int) -> bool:
    """Whether a column of numbers is one of labels: no head stands over it, or that of the labels
    before it, and the labels before it have gaps that it fills."""
    if not 0 < table.heads < len(table.rows) or at > 2:
        return False
    over = [(row[at - 1], row[at]) for row in table.rows[: table.heads]]
    if _answers(table, at):
        return True
    body = table.rows[table.heads :]
    filled = sum(bool(row[at]) and not row[at - 1] for row in body)
    bare = all(not own or own == before for before, own in over)
    return bare and 3 * filled > len(body) and at + 1 < len(body[0])


def _answers(table: Table, at: int) -> bool:
    """Whether small whole numbers below no head are answers or grades, one to a row."""
    heads, body = table.rows[: table.heads], table.rows[table.heads :]
    cells = [row[at] for row in body if row[at]]
    headed = any(row[at] for row in heads) or at + 2 >= len(table.rows[0])
    named = [any(row[one] for row in heads) for one in range(at + 1, len(table.rows[0]))]
    small = [cell for cell in cells if re.fullmatch(r"[0-9]{1,2}", cell)]
    return not headed and all(named) and len(small) == len(cells) < len(body)


def head_rows(table: Table, first: int) -> int:
    """How many rows from the top are heads; 0 where the table has none."""
    count = table.heads
    if count >= len(table.rows):
        count = 0
    while count > 1 and table.rows[count - 2][0] and not any(table.rows[count - 1][1:]):
        # A section's label below the head of the labels.
        count -= 1
    end = count
    while count < len(table.rows) - 1:
        row = table.rows[count]
        blank = not any(row)
        if not blank and not is_head(row, first) and not (count == 0 and _only_sizes(row, first)):
            break
        if row[0] and sum(map(bool, row[first:])) == 1 and end > 0:
            # A section, with the head of one column beside it.
            break
        count += 1
        end = end if blank else count
    return end


def begins_block(table: Table, heads: int, first: int) -> bool:
    """Whether the last head row is, beside the numbers of patients, the label of what stands below:
    "Day 30 | n = 36 | n = 31", as of each later day, or "Weight | n = 36 | n = 31" over "Mean"."""
    last, below = table.rows[heads - 1], table.rows[heads:]
    again = any(_is_block(row, first) for row in below)
    return heads > 1 and _is_block(last, first) and (again or _is_statistic(below[0], first))


def _is_block(row: Sequence[str], first: int) -> bool:
    told = [said(text) for text in row[:first] if text]
    named = any(one.visit or (one.rest and not _OF_LABELS.fullmatch(one.rest)) for one in told)
    return named and _only_sizes(row, first)


def _is_statistic(row: Sequence[str], first: int) -> bool:
    """Whether the label of a row of numbers tells a statistic alone: "Mean (SD)"."""
    told = [said(text) for text in row[:first] if text]
    bare = any(one.kind not in (None, "count") and not one.rest for one in told)
    return bare and any(map(is_number, row[first:]))


def _only_sizes(row: Sequence[str], first: int) -> bool:
    cells = [cell for cell in row[first:] if cell]
    return bool(cells) and all(said(cell).size and not said(cell).rest for cell in cells)


def columns(table: Table, heads: int, first: int, other: Collection[str] = ()) -> list[Column]:
    """The columns of a table by its heads; groups of patients are known by their names only.
    `other` are abbreviations of measures that are short for something else here."""
    made: list[Column] = []
    yes = any(cell.lower() == "yes" for row in table.rows[:heads] for cell in row)
    for at in range(len(table.rows[0])):
        pieces = list(dict.fromkeys(row[at] for row in table.rows[:heads] if row[at]))
        if yes:
            # "No" beside "Yes" is no "number".
            pieces = ["Not yes" if piece.lower() == "no" else piece for piece in pieces]
        if at < first:
            made.append(Column(at, LABEL, visit=_times(pieces)))
        else:
            if pieces and re.fullmatch("[Ff]", pieces[-1]) and _is_frequency(table, heads, at):
                pieces[-1] = "n"
            pieces = [_by_notes(piece, table) for piece in pieces]
            body = [row[at] for row in table.rows[heads:] if is_number(row[at])]
            shared = not all(map(_P_VALUE.fullmatch, body))
            own_texts = [_BEHIND_SIZE.sub("", piece) if shared else piece for piece in pieces]
            own = replace(column(at, own_texts, other), tested=own_texts != pieces)
            if own.kind == "p" and pieces[-1] == "P" and len(pieces) > 1 and _of_wholes(body):
                # "P" below a scale, over numbers of patients too, is a part of it.
                own = named(replace(own, role=ARM, kind=None, part="P"))
            own = replace(own, pieces=tuple(pieces))
            behind = own.kind in ("ci", "low", "high", "se") and made[-1].role == COMPARE
            if own.kind == "se" and made and made[-1].names[-1:] in _COEFFICIENTS:
                names = made[-1].names[:-1]
                made[-1] = replace(made[-1], role=COMPARE, arm=None, names=names, kind="effect")
                made[-1] = replace(made[-1], measure=COEFFICIENT)
                behind = True
            if behind and set(own.names) <= set(made[-1].names):
                # The interval of the estimate in the column before it, or one of its ends.
                own = replace(own, role=COMPARE, arm=None)
            made.append(own)
    return made


_STANDARDISED = re.compile(
    r"\bCohen.?s?\b|\bHedges\b|\bstandardi[sz]ed (?:mean |effect |mean-)", re.IGNORECASE
)


def _by_notes(head: str, table: Table) -> str:
    """The head of effect sizes in the words that caption or notes have for them: "ES"."""
    notes = f"{table.caption} {table.notes}"
    whole = re.fullmatch(r"[Ee]ffect [Ss]izes?|ESs?|[dg]", head)
    if whole is None or (head.startswith("ES") and "ffect size" not in notes):
        return head
    if _STANDARDISED.search(notes) and not re.search(r"η|\beta\b", notes):
        return "Cohen's d"
    return "effect size" if head.startswith("ES") else head


def _of_wholes(cells: Sequence[str]) -> bool:
    """Whether a fourth of some numbers are whole ones above 1."""
    return 4 * sum(cell.isdecimal() and is_above_1(cell) for cell in cells) > len(cells)


def _is_frequency(table: Table, heads: int, at: int) -> bool:
    """Whether "F" is over whole numbers before a column of their percentages."""
    body = [row[at] for row in table.rows[heads:] if is_number(row[at])]
    behind = [said(one).kind for one in table.rows[heads - 1][at + 1 : at + 2]]
    return bool(body) and all(map(str.isdecimal, body)) and behind == ["percent"]


def column(at: int, pieces: Sequence[str], other: Collection[str] = ()) -> Column:
    """A column by the texts over it, from the top down."""
    told = [said(piece, other) for piece in pieces]
    found = Column(at, ARM)
    names: list[str] = []
    for piece, one in zip(pieces, told, strict=True):
        if one.rest and (one.size or re.search(r"\b(?:group|arm)\b", one.rest, re.I)):
            # "Routine change group" is no change.
            one = replace(one, change=False)
        found = _with(found, one)
        of_p = found.kind == "p" or one.kind != "effect"
        if one.rest and not _OF_LABELS.fullmatch(one.rest) and of_p:
            # "% Dietary compensation" is measured.
            names.append(piece if one.kind == "percent" and piece.startswith("%") else one.rest)
            found = replace(found, sized=one.rest if one.size else found.sized)
    if found.measure == UNSAID and names[-1:] in (["d"], ["g"]) and "ffect" in pieces[0]:
        found = replace(found, measure="standardised_difference")
    nulls = {name: said(f"P ({name})").null for name in names if found.kind == "p"}
    for name in filter(nulls.get, nulls):
        # "P" over "Group × time".
        names, found = [one for one in names if one != name], replace(found, null=nulls[name])
    if found.kind in ("p", "effect") or found.measure is not None:
        return replace(found, role=COMPARE, names=tuple(names))
    return named(replace(found, names=tuple(names)))


def named(column: Column) -> Column:
    """A column of an arm by the names over it."""
    arm = " ".join(column.names) or None
    match = EVERYONE.fullmatch(arm or "") or EVERYONE.match(arm or "")
    if match is None or not (stage := arm[match.end() :].strip() if arm else ""):
        return replace(column, arm="all" if match and arm else arm)
    if not STAGE.search(stage):
        return replace(column, arm=arm)
    return replace(column, arm="all", part=column.part or stage)


def of_tests(column: Column, cells: Sequence[str]) -> Column:
    """A column that holds numbers up to 1 only is one of p-values where a test heads it, or where
    some of them are below a small number, as "<0.001" is."""
    tested = any(map(_OF_TESTS.search, column.names))
    effect = column.kind == "effect" and column.measure == UNSAID
    if (not effect and column.kind not in (None, "statistic")) or (column.size and not tested):
        return column
    numbers = [cell for cell in cells if is_number(cell)]
    small = sum(bool(_SMALL.match(cell)) for cell in numbers)
    # Below no head at all, marked or with three decimals: "0.029*", "0.46".
    fine = sum(bool(re.search(r"0?[.·,][0-9]{3}|[0-9]\W+$", cell)) for cell in numbers)
    headless = not column.names and column.arm is None and len(numbers) > 2 and fine > 1
    told = tested or small or headless
    if not numbers or not all(map(_P_VALUE.fullmatch, numbers)) or not told:
        return column
    texts = (f"P for {name.replace('-', '')}" for name in column.names)
    null = column.null or next(filter(None, (said(text).null for text in texts)), None)
    return replace(column, role=COMPARE, arm=None, kind="p", measure=None, null=null)


def of_p(text: str) -> bool:
    """Whether a cell can be a p."""
    return _P_VALUE.fullmatch(text) is not None


def is_above_1(text: str) -> bool:
    """Whether a number is above 1, as no p is."""
    return re.fullmatch(r"(?:[2-9]|[1-9][0-9]+)(?:\.[0-9]+)?|1\.0*[1-9][0-9]*", text) is not None


def with_limits(every: Sequence[Column], table: Table, heads: int) -> list[Column]:
    """The columns, of which two beside each other below one head of an interval, with a number
    each, are its lower and its upper limit."""
    made = list(every)
    for at, (low, high) in enumerate(pairwise(every)):
        over = [row[low.at] for row in table.rows[:heads] if row[low.at] == row[high.at]]
        body = [row[one.at] for row in table.rows[heads:] for one in (low, high)]
        numbers = [cell for cell in body if is_number(cell)]
        alone = [cell for cell in numbers if re.fullmatch(r"[-−–+]?\s?[0-9]*[.·,]?[0-9]+", cell)]
        named = {low.kind, high.kind} & {"low", "high"}
        if any(said(text).kind == "ci" for text in over) and numbers == alone and not named:
            role = COMPARE if made[at - 1].role == COMPARE else low.role
            arm = made[at - 1].arm
            bare = replace(low, role=role, measure=None, names=(), arm=arm)
            made[at] = replace(bare, kind="low")
            made[at + 1] = replace(bare, at=high.at, kind="high")
    return made


def aligned(table: Table, heads: int, first: int) -> Table:
    """The table with head rows that lack the cell over the labels moved to their columns: those
    that hold only sizes and kinds, from the first column to the last but one; and with heads that
    have lost the columns they stand over."""
    rows = list(table.rows)
    for at in range(heads - 1):
        rows[at] = _spread(rows[at], rows[heads - 1], first)
        rows[at] = _spread_p(rows[at], rows[at + 1], rows[:at])
    for at in range(1, heads):
        row = rows[at]
        cells = [said(cell) for cell in row if cell]
        bare = all(not one.rest and (one.size or one.kind) for one in cells)
        if row[0] and not row[-1] and len(cells) > 2 and bare and rows[0][-1]:
            rows[at] = ("", *row[:-1])
    return replace(table, rows=tuple(rows))


def _spread(row: Sequence[str], last: Sequence[str], first: int) -> tuple[str, ...]:
    """A head row whose names stand in the first columns one by one, each over as many of the last
    head row as come back: "A | B | | " over "Mean | SD | Mean | SD"; or each over a part of these
    alone."""
    cells, below = [cell for cell in row[first:] if cell], list(last[first:])
    names = list(dict.fromkeys(cells))
    count, lost = len(names), cells == names == list(row[first : first + len(names)])
    for width in range(2, len(below) // count + 1) if count > 1 else ():
        block, rest = below[:width], below[width * count :]
        starts = range(first, first + width * count, width)
        parts = [[*filter(None, dict.fromkeys(row[at : at + width]))] for at in starts]
        if below[: width * count] != block * count or not all(block) or {*block} & {*rest}:
            continue
        if lost or parts == [[name] for name in names]:
            over = [name for name in names for _ in range(width)]
            return (*row[:first], *over, *[""] * len(rest))
    return tuple(row)


def _spread_p(
    row: Sequence[str], below: Sequence[str], above: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    """A head row whose "P values", or "F", stands in the middle of the columns that it is over."""
    made = list(row)
    for at, cell in enumerate(row):
        sides = [one for one in (at - 1, at + 1) if 0 < one < len(row)]
        bare = not any(row[one] or any(up[one] for up in above) for one in sides)
        lower = [below[one] for one in (*sides, at)]
        named = all(said(text).rest or said(text).measure for text in lower)
        alone = len(sides) == 2 and bare and named and len({*lower}) == 3
        if cell and alone and said(cell).kind in ("p", "statistic"):
            made[at - 1] = made[at + 1] = cell
    return tuple(made)


def with_visits(every: Sequence[Column]) -> list[Column]:
    """The columns, of which those whose names are alike but for a time at their ends, "Yoga before"
    and "Yoga after", are of one arm at several visits."""
    made = _with_places(every)
    ends: dict[str, dict[int, str]] = {}
    for one in made:
        match = _AT_END.fullmatch(one.arm or "") if one.role == ARM and not one.visit else None
        if match and said(match["visit"]).visit:
            ends.setdefault(match["arm"], {})[one.at] = match["visit"]
    for arm, visits in ends.items():
        for at in visits if len(set(visits.values())) > 1 else ():
            made[at] = named(replace(made[at], names=(arm,), visit=visits[at]))
    return made


def _with_places(every: Sequence[Column]) -> list[Column]:
    """The columns, of which those below several arms that have "Home day 1" and "Ward day 2" each
    are of these arms then."""
    below: dict[str, list[Column]] = {}
    for one in every:
        if one.role == ARM and len(one.pieces) == len(one.names) == 2 and not one.change:
            below.setdefault(one.pieces[0], []).append(one)
    made, times = list(every), [[one.pieces[1] for one in of] for of in below.values()]
    alike = len(times) > 1 and len(times[0]) > 1 and all(of == times[0] for of in times)
    alike = alike and all(map(_PLACED.fullmatch, times[0]))
    for one in (one for of in below.values() for one in of if alike):
        made[one.at] = named(replace(one, names=one.names[:1], visit=one.pieces[1]))
    return made


_PLACED = re.compile(
    r"[^\W\d_][\w ]{0,15}? (?:(?:week|month|day|year|hour|visit)s? [0-9]+|"
    r"[0-9]+ ?(?:weeks?|months?|days?|hours?|min))",
    re.IGNORECASE,
)


def with_sizes(every: Sequence[Column]) -> list[Column]:
    """The columns, of which those headed "n" alone before each arm's, or behind each, are of that
    arm."""
    arms = [one for one in every if one.role == ARM and one.kind != "count"]
    for pairs in (pairwise(every), ((arm, one) for one, arm in pairwise(every))):
        beside = {
            one.at: arm
            for one, arm in pairs
            if (one.role, one.kind, one.arm) == (ARM, "count", None) and arm.arm and arm in arms
        }
        if 1 < len(beside) == len(arms):
            return [
                replace(beside[one.at], at=one.at, kind="count") if one.at in beside else one
                for one in every
            ]
    return [*every]


def with_terms(every: Sequence[Column]) -> list[Column]:
    """The columns, of which those of a model's terms are no arms, where one is "Group × time": what
    their numbers are they do not say."""
    if not any(CROSSED.fullmatch(" ".join(one.names)) for one in every if one.role != LABEL):
        return list(every)
    terms = (OF_TIME, OF_GROUPS, CROSSED)
    return [
        replace(one, role=COMPARE, arm=None, kind="statistic")
        if one.role == ARM
        and one.kind in (None, "statistic")
        and any(term.fullmatch(" ".join(one.names)) for term in terms)
        else one
        for one in every
    ]


def with_changes(every: Sequence[Column]) -> list[Column]:
    """The columns, of which those of changes behind each arm's, "% change", are of that arm."""
    made, beside = list(every), dict[int, Column]()
    for arm, one in pairwise(every):
        bare = one.role == arm.role == ARM and one.arm is None and one.change
        if bare and arm.arm and not arm.change:
            beside[one.at] = arm
    if len({arm.arm for arm in beside.values()}) == len(beside) > 1:
        for at, arm in beside.items():
            kind = (
                "percent" if PERCENT_CHANGED.match(" ".join(every[at].pieces)) else every[at].kind
            )
            made[at] = replace(arm, at=at, change=True, kind=kind, pieces=every[at].pieces)
            made[at] = replace(made[at], doubt=OF_ARM_BEFORE)
    return made


def _with(column: Column, item: Said) -> Column:
    """A column with what one more text over it says."""
    kind = item.kind or column.kind
    if f"{column.kind}_{item.kind}" in _OF_TWO:
        # "GMC" over "(95% CI)".
        kind = f"{column.kind}_{item.kind}"
    if column.kind == "p" and item.measure == UNSAID:
        # "P values" over "Meal effect".
        return replace(column, names=column.names)
    if column.kind == "effect" and item.kind in ("count", "ci"):
        kind = column.kind
    told = {name: getattr(item, name) or getattr(column, name) for name in _TOLD}
    return replace(column, kind=kind, **told)


def _times(pieces: Sequence[str]) -> str | None:
    """ "month" over a label column that holds the numbers of months, "Time (min)" of minutes."""
    found = next((piece for piece in pieces if _TIME.fullmatch(piece)), None)
    if found is not None:
        return re.sub(r"s?\.?$", "", found.lower())
    return next((piece for piece in pieces if _TIMES.fullmatch(piece)), None)
