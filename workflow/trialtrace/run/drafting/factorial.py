"""A second randomised factor: patients were assigned to it whatever their arm is."""

import re
from collections import Counter
from itertools import combinations

from trialtrace.run.drafting.arms import BALANCED, LABELLED, SPLIT, named_arm, tells_begin
from trialtrace.run.drafting.clusters import expected, members_by
from trialtrace.run.drafting.control import AND, HAS, HAS_NOT
from trialtrace.run.drafting.decided import Decided
from trialtrace.run.drafting.design import FACTORIAL, PARALLEL, is_side
from trialtrace.run.drafting.enrolled import tells_lot
from trialtrace.run.drafting.likely_outcome import (
    LATER_WORDS,
    after_start,
    of_patients,
    outcome_words,
)
from trialtrace.run.drafting.names import name_words
from trialtrace.run.drafting.outcomes import BEFORE, DEAD, is_coded, label_of, levels, tells_unit
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.times import ALIVE, LEFT_RIGHT
from trialtrace.run.tables.measures import parts

# Rows of each level of a factor in each arm; how many standard deviations they may lie from those
# of independence; rows by which cells of nearly a quarter each are those of two lots.
FEWEST, FAR, FEWEST_SPLIT = 5, 3.0, 200
# Levels of a lot without a name, rows from which on it is asked, and standard deviations of chance.
MOST_OF_LOT, FEWEST_ROWS, NEAR = 4, 40, 0.7
# A number, or an end of a measure that was cut: no treatment.
CUT = re.compile(r"[0-9<>≤≥]")
GROUPED = re.compile(
    r"\b(groups?|conditions?|induction|factor|randomi[sz]\w*|assign\w*|allocat\w*|manipulat\w*|iv)\b"
)
SAYS = (
    "its label is that of an arm",
    "its levels read like treatments",
    "its levels say when a treatment begins",
)
OF_TEST = {"positive", "negative"}
PLACE = ("trial.yaml", "design.arms")


def tell_factors(table: Table, arm: Column, cluster: str, decided: Decided) -> None:
    """A guess that names each further factor, where there is one; none of what tells the members of
    each `cluster` apart, as husband and wife."""
    told = [f"{one.name} ({why})" for one in table.columns if (why := _factor(table, one, arm))]
    asked = "" if told or _combined(arm) else _asked(table, arm, cluster, decided)
    told = told or ([asked] if asked else [])
    if told:
        names = [text.partition(" ")[0] for text in told]
        why = f"A second randomised factor by all signs, in a factorial design: {'; '.join(told)}. "
        why += f"Arms of {arm.name} are compared over its levels; --covariates {','.join(names)} "
        why += f"adjusts for it, and a draft with --arm {names[0]} compares those of the other."
        decided.guess("factor", PLACE, ", ".join(names), why)
    elif combined := _combined(arm):
        why = f"Each of two treatments was given or not: {combined}. Arms are compared with the "
        why += (
            "control one by one; an effect over both levels of the other treatment no step gives."
        )
        decided.guess("factor", PLACE, arm.name, why)
    elif decided.told.get("design") == FACTORIAL and "covariates" not in decided.told:
        why = "The design is told to be factorial, and no column is surely the second factor: arms "
        why += f"of {arm.name} are compared over it, and --covariates with its name adjusts for it."
        decided.guess("factor", PLACE, arm.name, why)


def _asked(table: Table, arm: Column, cluster: str, decided: Decided) -> str:
    """The first column that lies over the arms as a second lot does and has no word of an arm,
    where somebody says that it is a factor, or nobody that it is none."""
    beside = [one.name for one in table.columns]
    members = members_by(table, cluster) if cluster else set()
    # What tells files apart that are no arms was drawn by nobody.
    members |= {table.stack.column} if table.stack else set()
    drawn = (
        f"{one.name} ({why})"
        for one in table.columns
        if one.name not in members and not after_start(one, beside)
        if (why := _like_lot(table, one, arm))
    )
    if not (found := next(drawn, "")):
        return ""
    why = f"A second lot by all signs but its name: {found}."
    choices = [
        (FACTORIAL, f"{why} Patients were assigned to it, whatever their arm is."),
        (PARALLEL, f"{found.partition(' ')[0]} is what patients are, have or do."),
    ]

    def read(text: str) -> str:
        return found if text == FACTORIAL else ""

    words = "Is the design factorial?"
    return decided.choose("design", words, choices, PLACE, read, False)


def _like_lot(table: Table, column: Column, arm: Column) -> str:
    """Words on two to four levels that patients have in equal numbers, in every arm, as a lot
    gives; nothing of what patients are, of outcomes, of codes without labels and of yes and no,
    unless a label speaks of groups that patients were put into."""
    codes = levels(column)
    words = " ".join(parts(column.label)) if column.label != column.name else ""
    said = bool(GROUPED.search(words))
    bare = _is_yes_no(column) or any(CUT.match(label_of(column, code)) for code in codes)
    if (
        column.name == arm.name
        or tells_lot(column)
        or not is_coded(column)
        or not 2 <= len(codes) <= MOST_OF_LOT
        or column.constant_within is False
        or column.blank
        or is_side(column)
        or _is_state_or_side(column)
        or _is_when(column)
        or tells_unit(column)
        or {column.name} & {*table.visit}
        or (bare and not said)
        or of_patients(column)
        or outcome_words(name_words(column.name) | {*parts(column.label)})
        or not FEWEST_ROWS <= table.rows <= MOST_ROWS
    ):
        return ""
    who = table.subject[:1] if table.subject[:1] not in table.keys else ()
    each = cells_of(table, [arm.name, column.name, *who])
    rows = {(row[2] if who else str(n), row[:2]) for n, row in enumerate(each)}
    cells = Counter(row for _, row in rows if all(row))
    counts = Counter[str]()
    for (_, level), n in cells.items():
        counts[level] += n
    mean = cells.total() / len(codes)
    even = all(abs(counts[code] - mean) <= NEAR * mean**0.5 for code in codes)
    even = even or (tells_begin(column) != "" and min(counts.values()) >= BALANCED * mean)
    if not even or not _independent(cells):
        return ""
    shown = ", ".join(str(counts[code]) for code in codes)
    return f"{len(codes)} levels of {shown} patients, each in every arm in like numbers"


def _is_state_or_side(column: Column) -> bool:
    """Whether a level is of a side of the body, of a test, or says who is dead or alive."""
    words = [parts(label_of(column, code)) for code in levels(column)]
    return any(
        word in LEFT_RIGHT | OF_TEST or DEAD.fullmatch(word) or ALIVE.match(word)
        for each in words
        for word in each
    )


def _is_when(column: Column) -> bool:
    """Whether each level is before or after something."""
    words = [{*parts(label_of(column, code))} for code in levels(column)]
    return all(each & (BEFORE | LATER_WORDS | {"before"}) for each in words)


def _factor(table: Table, column: Column, arm: Column) -> str:
    """What speaks for a factor, nothing where a column is none: the name, the label or the levels
    of an arm, or four cells of equal size, as two lots draw them."""
    weight = table.weights.get(column.name, 0.0)
    # A drug that patients take or not, as before the trial, was not drawn by a name alone.
    why = table.evidence.get(f"arm.{column.name}", "")
    said = named_arm(column.name) or any(text in why for text in SAYS)
    sure = weight >= LABELLED and said
    yes_no = [_is_yes_no(one) for one in (arm, column)]
    lot = len(levels(column)) == 2 and table.rows >= FEWEST_SPLIT and all(yes_no)
    if (
        column.name == arm.name
        or not (weight or lot)
        or tells_lot(column)
        or not is_coded(column)
        or column.constant_within is False
        or (of_patients(column) and not sure)
        or outcome_words(name_words(column.name))
        or _is_when(column)
        or table.rows > MOST_ROWS
    ):
        return ""
    cells = Counter(row for row in cells_of(table, [arm.name, column.name]) if all(row))
    even = lot and len(cells) == 4 and min(cells.values()) >= SPLIT / 2 * cells.total()
    if not (_independent(cells) and (even or sure)):
        return ""
    counts = sorted(dict(column.values).values())
    if len(counts) < 2 or counts[-2] < BALANCED * counts[-1]:
        return ""
    shown = ", ".join(map(str, dict(column.values).values()))
    return f"{len(levels(column))} levels of {shown} rows, each in every arm in like numbers"


def _is_yes_no(column: Column) -> bool:
    labels = [label_of(column, code) for code in levels(column)]
    return any(map(HAS.fullmatch, labels)) and any(map(HAS_NOT.fullmatch, labels))


def _independent(cells: Counter[tuple[str, ...]]) -> bool:
    """Whether all cells are filled, in the numbers that independent lots give."""
    if min(len({cell[at] for cell in cells}) for at in (0, 1)) < 2:
        return False
    return all(
        cells[cell] >= FEWEST and abs(cells[cell] - n) <= FAR * n**0.5
        for cell, n in expected(cells).items()
    )


def _combined(arm: Column) -> str:
    """The levels of four arms of which one is two others together: A, B, A + B and neither."""
    labels = [label_of(arm, code) for code in levels(arm)]
    bits = {label: frozenset(re.split(AND, label.casefold().strip())) for label in labels}
    both = any(
        bits[one] | bits[other] == bits[whole] and whole not in (one, other)
        for whole in labels
        for one, other in combinations(labels, 2)
    )
    return ", ".join(labels) if len(labels) == 4 and both else ""
