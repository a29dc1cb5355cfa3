"""The answers that fit a question, by counting alone; names only set their order in a list."""

import re
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from trialtrace.run.draft.keys import constant, in_order, is_key, patients
from trialtrace.run.draft.metadata import cdisc
from trialtrace.run.draft.outcomes import ALL_EVENTS, EVENT_DATE, Outcome
from trialtrace.run.draft.profile import SOURCE_ROW, Column, Table
from trialtrace.run.draft.types import MOST_LEVELS

# Put first in a list that is asked; never taken for an answer.
FIRST = {
    "arm": re.compile(r"(treat\w*|trt\w*|tx\w*|rx|arm\w*|group\w*|rand\w*|alloc\w*)", re.I),
    "subject": re.compile(r"\w*(id|subject|patient|participant|subj)\w*", re.I),
    "visit": re.compile(r"\w*(visit|month|week|day|time|period|wave)\w*", re.I),
}
PARALLEL, CROSSOVER, WITHIN, CLUSTER, FACTORIAL = (
    *("parallel", "crossover", "within_subject"),
    *("cluster by ", "factorial with "),
)
ALL, NONE, BETWEEN_DATES = "all", "none", "dates"
# Levels of an arm, of a second factor, and of a status of a time.
MOST_ARMS, MOST_OF_FACTOR, MOST_OF_STATUS = 8, 4, 6
Options = list[tuple[str, str]]


def ordered(role: str, names: Iterable[str]) -> list[str]:
    """Names with those first that are usual for a role."""
    usual = FIRST[role]
    return sorted(names, key=lambda name: not usual.fullmatch(name.rpartition(".")[2]))


def coded(one: Column, most: int = MOST_LEVELS) -> bool:
    """Whether a column has at least two and not too many levels."""
    return one.kind.may_be_codes and 2 <= len(one.values) <= most


def levels_of(one: Column) -> str:
    """The levels of a column, each with its rows."""
    shown = [f"{said(one, code)} {one.counts[code]}" for code in one.levels]
    return ", ".join(shown)


def said(one: Column, code: str) -> str:
    """A code with its label."""
    label = one.label_of(code)
    return code if label == code else f"{code} ({label})"


def about(one: Column) -> str:
    """What a list says of a column: its label, type, levels or range, and missing values."""
    if one.levels and coded(one):
        what = levels_of(one)
    elif one.is_number:
        low, high = np.nanmin(one.numbers), np.nanmax(one.numbers)
        unit = f" {one.declared.unit}" if one.declared.unit else ""
        what = f"{one.kind.name}, {low:g} to {high:g}{unit}"
    else:
        what = f"{one.kind.name}, {len(one.values)} different"
    words = f"{one.declared.label}; {what}" if one.declared.label else what
    return f"{words}; {one.blank} missing" if one.blank else words


def named(tables: Sequence[Table], table: Table, name: str) -> str:
    """What a list calls a column: its name, behind that of its table where others have it too."""
    several = sum(name in each.columns for each in tables) > 1
    return f"{table.called}.{name}" if several else name


def arms(tables: Sequence[Table]) -> Options:
    """Columns that can be an arm, with each of their codes as the control; of one name in several
    tables that with fewest rows."""
    seen: dict[str, tuple[Table, Column]] = {}
    for table in sorted(tables, key=lambda one: one.size):
        for name, one in table.columns.items():
            if coded(one, MOST_ARMS):
                seen.setdefault(name, (table, one))
    return [
        (f"{named(tables, table, name)}={code}", about(one))
        for name in ordered("arm", seen)
        for table, one in [seen[name]]
        for code in one.levels
    ]


def designs(home: Table, arm: Column) -> Options:
    """The designs, with the columns that can be clusters or a second factor."""
    made = [
        (PARALLEL, "each patient was randomised to one arm"),
        (CROSSOVER, "each patient had every treatment, one after another"),
        (WITHIN, "each patient had every treatment at a time, as on two sides"),
    ]
    for name, one in home.columns.items():
        if name == arm.name or not one.values:
            continue
        wider = len(arm.values) < len(one.values) < home.size and not one.blank
        if wider and not one.is_date and constant(home, [name], arm.name):
            made.append((f"{CLUSTER}{name}", f"{len(one.values)} groups, each in one arm"))
    for name, one in home.columns.items():
        if name != arm.name and coded(one, MOST_OF_FACTOR):
            cells = np.unique(home.groups([arm.name, name]))
            if len(cells[cells >= 0]) == len(arm.values) * len(one.values):
                made.append((f"{FACTORIAL}{name}", levels_of(one)))
    return made


def subjects(home: Table, arm: Column, design: str) -> Options:
    """The columns that can tell patients apart, given the arm and the design. Columns that have
    another value in each row are one answer: a row is a patient."""
    own = design in (CROSSOVER, WITHIN)
    made: Options = []
    single = [name for name in patients(home) if is_key(home, [name])]
    if not own:
        made.append(([*ordered("subject", single), SOURCE_ROW][0], "each row is a patient"))
    several = [name for name in patients(home) if name not in (*single, arm.name)]
    cluster = design.removeprefix(CLUSTER) if design.startswith(CLUSTER) else ""
    for name in ordered("subject", several):
        one = home.column(name)
        fits = constant(home, [name], arm.name) != own
        if fits and len(one.values) > len(arm.values) and name != cluster:
            least, most = min(one.counts.values()), max(one.counts.values())
            rows = f"{least} to {most}" if least < most else f"{most}"
            made.append((name, f"{len(one.values)} patients with {rows} rows each"))
    return made


def selections(table: Table, subject: str, out: Collection[str], flags: Collection[str]) -> Options:
    """Conditions on who, or which rows, are analysed; all first, then declared flags."""
    made: Options = [(ALL, f"all {table.size} rows")]
    names = [name for name in table.columns if name not in out]
    for name in sorted(names, key=lambda name: name not in flags):
        one = table.column(name)
        alike = subject == SOURCE_ROW or constant(table, [subject], name)
        alone = len(one.values) == 1 and one.blank
        if alone or coded(one, 2 if alike else MOST_LEVELS):
            made += [(f"{name}={code}", f"{one.counts[code]} rows") for code in one.levels]
    return made


def visits_before(table: Table, subject: str, names: Sequence[str]) -> Options:
    """The columns of visits, each with the codes of the visit that can be before treatment: not the
    last one."""
    made: Options = []
    for name in names:
        rows = table.column(name).counts
        codes = in_order(table, subject, name)[:-1]
        made += [(f"{name}={code}", f"before treatment, {rows[code]} rows") for code in codes]
        made.append((f"{name}={NONE}", "no visit was before treatment"))
    return made


def primaries(tables: Sequence[Table], out: Collection[str], dated: bool) -> Options:
    """What can be the primary outcome: parameters of ADaM, else columns of numbers or codes, and,
    where there are dates, a time between them."""
    made: Options = []
    for table in tables:
        if cdisc.PARAMETER in table.columns:
            dated = False
            one, words = table.column(cdisc.PARAMETER), table.columns.get(cdisc.PARAMETER_WORDS)
            for code in sorted(one.values):
                rows = table.has(cdisc.PARAMETER, code)
                label = words.values[words.at[rows].max()] if words else ""
                made.append((f"{table.name}.{code}", label))
            continue
        for name, one in table.columns.items():
            usable = one.is_number or coded(one)
            if name not in out and usable and len(one.values) > 1:
                made.append((named(tables, table, name), about(one)))
    between = (BETWEEN_DATES, "a time from a start to an event, each a date")
    return [*made, between] if dated else made


def kinds(whole: Outcome, out: Collection[str], *, repeated: bool = False) -> Options:
    """What an outcome in a column can be; `repeated`, where patients have several rows."""
    made: Options = []
    one = whole.column
    measured = one.is_number and len(one.values) > 2
    if measured:
        made.append(("measure", "a number, compared by its mean"))
    if coded(one):
        made += [
            (f"event {code}", f"{one.counts[code]} rows, {said(one, code)}") for code in one.levels
        ]
        if len(one.values) > 2:
            made.append(("ordered", "levels in an order, compared by ranks"))
    if measured and not repeated and np.nanmin(one.numbers) >= 0:
        made += events_of(whole.table, [*out, one.name])
        made.append((ALL_EVENTS, "a time that always ends with the event"))
    return made


def events_of(table: Table, out: Collection[str]) -> Options:
    """The codes of columns that can tell that a time ended with the event."""
    return [
        (f"until {name}={code}", f"a time; {one.counts[code]} events, {said(one, code)}")
        for name, one in table.columns.items()
        if name not in out and coded(one, MOST_OF_STATUS)
        for code in one.levels
    ]


def endings(table: Table, event: str, last: str, out: Collection[str]) -> Options:
    """What tells that a time between dates ended with the event."""
    made = events_of(table, out)
    if event == last:
        return made
    n = table.column(event).present
    return [(EVENT_DATE, f"whoever has a date of it: {n} events"), *made]


def dates(tables: Sequence[Table]) -> Options:
    """The columns of dates."""
    return [
        (named(tables, table, name), about(one))
        for table in tables
        for name, one in table.columns.items()
        if one.is_date
    ]
