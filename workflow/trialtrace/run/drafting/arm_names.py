"""What the arms of a draft are called: by codes, by a column of words beside them, or as told."""

import re
from collections.abc import Sequence
from dataclasses import replace

from trialtrace.run.drafting.arms import NUMBER
from trialtrace.run.drafting.assignment import NO_NAME, WHERE_OR_WHO, same_groups
from trialtrace.run.drafting.decided import Decided
from trialtrace.run.drafting.names import (
    ARM_PARTS,
    SITES,
    name_words,
    rank,
    with_capital,
    without_tags,
    words_apart,
)
from trialtrace.run.drafting.outcomes import label_of, levels
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import cells_of
from trialtrace.run.tables.measures import folded, parts


def arms_by_name(column: Column) -> dict[str, tuple[str, str]]:
    """Name of an arm -> its label and code."""
    arms: dict[str, tuple[str, str]] = {}
    codes = in_order(column)
    labels = words_apart([without_tags(label_of(column, code)) or code for code in codes])
    for code, label in zip(codes, labels, strict=True):
        name = re.sub(r"[^a-z0-9]+", "_", folded(label).lower()).strip("_")[:36]
        name = name if re.match("[a-z]", name) else f"arm_{name or len(arms) + 1}"
        while name in arms:
            name = f"{name}_{len(arms) + 1}"
        arms[name] = (with_capital(label), code)
    return arms


def in_order(column: Column) -> tuple[str, ...]:
    """The codes of an arm; numbers, and texts that differ by one, by it: 3 mg before 10 mg."""
    codes = levels(column)
    found = {code: NUMBER.findall(code) for code in codes}
    rest = {NUMBER.sub("", code.lower()) for code in codes}
    if column.given or len(rest) > 1 or any(len(each) != 1 for each in found.values()):
        return codes
    return tuple(sorted(codes, key=lambda code: float(found[code][0].replace(",", "."))))


def _in_words(table: Table, column: Column) -> tuple[str, dict[str, str]] | None:
    """The column beside that of the arm that has one word for each of its codes, the one with its
    name first, and the words by code; yes and no of 0 and 1, as of a dummy, are no words of it."""
    own = {*parts(column.name)}
    others = [
        one
        for one in table.columns
        if one.name != column.name
        and one.distinct == column.distinct
        and not (one.validation or rank(one.name, SITES) is not None)
        and not name_words(one.name) & WHERE_OR_WHO
        and not (one.type == "yesno" and not one.given and {*levels(one)} == {*"01"})
        and not any(NO_NAME.fullmatch(label_of(one, code)) for code in levels(one))
        and same_groups(table, column.name, one.name)
    ]
    for one in sorted(others, key=lambda one: not own & {*parts(one.name)}):
        pairs = {row for row in cells_of(table, [column.name, one.name]) if all(row)}
        labels = {code: label_of(one, text) for code, text in pairs}
        if {*labels} >= {*levels(column)}:
            return one.name, labels
    return None


def with_names(table: Table, column: Column, decided: Decided) -> Column:
    """The column of the arm with the names of its arms: by a column of words, one for each code,
    as a guess; else they are asked where it has codes alone, and without an answer the codes are
    their names. Yes and no of 0 and 1 that no file says are no names of groups."""
    if column.type == "yesno" and not column.given and {*parts(column.name)} & {*ARM_PARTS}:
        own = tuple((code, code) for code in levels(column))
        column = replace(column, type="radio", validation="", choices=own)
    codes = in_order(column)
    bare = [code for code in codes if NO_NAME.fullmatch(label_of(column, code))]
    if not column.name or (len(bare) < len(codes) and "arms" not in decided.told):
        return column
    if "arms" not in decided.told and (words_of_codes := _in_words(table, column)):
        beside, by_code = words_of_codes
        why = f"{beside} has one of these words for each code of {column.name}."
        place = ("trial.yaml", "design.arms")
        decided.guess("arms", place, ", ".join(by_code[code] for code in codes), why)
        return _called(column, [by_code[code] for code in codes])
    counts = dict(column.values)
    choices = [(code, f"{counts.get(code, 0)} rows.") for code in codes]
    labels = [label_of(column, code) for code in codes]
    words = f"What are the arms called? Names of {' and '.join(labels)}, in this order"
    given = decided.several("arms", words, choices, str, len(codes))
    if not given or given == [*codes]:
        why = "No file says what the codes of the arm mean; they stand as its names."
        decided.guess("arms", ("trial.yaml", "design.arms"), ", ".join(labels), why)
        return column
    return _called(column, given)


def _called(column: Column, labels: Sequence[str]) -> Column:
    """The column of the arm with a label for each of its codes, in their order."""
    named = tuple(zip(in_order(column), labels, strict=True))
    return replace(column, choices=named, type="radio", validation="", low="", high="", given={})
