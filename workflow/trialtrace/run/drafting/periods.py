"""What stands side by side and is no column of arms: a crossover whose periods are columns (a
treatment of each period, or a sequence beside numbers of each), so that one period's treatment
alone looks like an arm; and arms with a column each."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.drafting.arms import MOST_ARMS, WHOLLY_CROSSED
from trialtrace.run.drafting.control import HAS, HAS_NOT
from trialtrace.run.drafting.delimited import by_pandas, python
from trialtrace.run.drafting.names import PERIODS, SEQUENCES, TREATED, flat, name_words
from trialtrace.run.drafting.outcomes import is_number, label_of, levels
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of

FEWEST = 10
OF_ARM = re.compile(r"\b(group|arm)$", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]+")
OF_PERIOD = re.compile(
    r"(?:^|[^a-z])(?:p|per|period|periode|periodo|phase|session)[_ .]?[0-9]", re.I
)


def of_periods(table: Table, arm: Column) -> list[str]:
    """The columns of the treatments of each period, the arm among them, where nearly all patients
    have another in each: columns of the same levels whose names differ by a number. Yes and no may
    be of two arms, each with its column, where no name is of a period or of a sequence."""
    if not arm.name or table.rows > MOST_ROWS or arm.constant_within is False:
        return []
    stem = NUMBER.sub("#", arm.name)
    names = [
        one.name
        for one in table.columns
        if NUMBER.sub("#", one.name) == stem and {*_codes(one)} == {*_codes(arm)}
    ]
    labels = [label_of(arm, code) for code in _codes(arm)]
    answers = any(HAS.fullmatch(one) or HAS_NOT.fullmatch(one) for one in labels)
    answers = answers or {*labels} == {*"01"}
    told = OF_PERIOD.search(arm.name) or any(_is_sequence(one) for one in table.columns)
    if not 2 <= len(names) <= MOST_ARMS or (answers and not told):
        return []
    rows = [row for row in cells_of(table, names) if all(row)]
    others = sum(len({*row}) == len(row) for row in rows)
    return names if len(rows) >= FEWEST and others >= WHOLLY_CROSSED * len(rows) else []


def refuse_periods(table: Table, arm: Column, tables: Sequence[Table]) -> None:
    """Raises UserError where the arm is the treatment of one period of several, or the sequence
    beside columns of periods; of the `tables` some may have the rows of these periods."""
    if names := of_periods(table, arm):
        fault = f"{one_of(names)}, of which nearly all patients have another in each"
        raise in_columns(fault, _apart(table, names, tables))
    beside = [c.name for c in table.columns if is_number(c) and OF_PERIOD.search(c.name)]
    if _is_sequence(arm) and len(beside) > 1:
        raise in_columns(f"{arm.name}, an order of treatments, beside {one_of(beside)}")


def _apart(table: Table, names: Sequence[str], tables: Sequence[Table]) -> str:
    """How the treatments of periods become a table beside one that has rows of these; nothing where
    none has."""
    numbers = {found[0] for name in names for found in [*NUMBER.finditer(name)][-1:]}
    periods = [
        column.name
        for one in tables
        for column in one.columns
        if one is not table and name_words(column.name) & PERIODS and {*_codes(column)} == numbers
    ]
    if not (periods and table.subject and (read := by_pandas(table))):
        return ""
    period = json.dumps(periods[0])
    code = f"d = {read}.melt(id_vars={json.dumps(table.subject[0])}, value_vars={json.dumps(names)}"
    code += f', var_name={period}, value_name="treatment"); '
    code += f'd[{period}] = d[{period}].str.extract(r"([0-9]+)[^0-9]*$", expand=False); d'
    mend = f"give the treatments as a table of their own beside the others, a row a {periods[0]}: "
    return mend + python(code, "periods.csv")


def refuse_side_by_side(table: Table) -> None:
    """Raises UserError where every column has the outcomes of other patients, an arm each: some end
    before others, with empty cells below, and one is called as an arm is, or all as groups are."""
    named = [
        one.name
        for one in table.columns
        if TREATED.fullmatch(flat(one.name)) or OF_ARM.search(flat(one.label or one.name))
    ]
    if not named or not 2 <= len(table.columns) <= MOST_ARMS or table.rows > MOST_ROWS:
        return
    names = [one.name for one in table.columns]
    gone = [{"", *one.missing_codes} for one in table.columns]
    cells = zip(*cells_of(table, names), strict=True)
    filled = [[one not in none for one in each] for each, none in zip(cells, gone, strict=True)]
    at_foot = all(not any(each[sum(each) :]) for each in filled)
    same = len({tuple(sorted(_codes(one))) for one in table.columns}) == 1
    numbers = all(map(is_number, table.columns))
    grouped = len(named) == len(table.columns) and numbers
    uneven = at_foot and len({sum(each) for each in filled}) > 1
    if (uneven or grouped) and (same or numbers):
        need = "a row a patient, with a column of the arm"
        mend = (
            "put the columns one under another in a copy of the file: `arm` with the name of the "
        )
        mend += "column, and `outcome` with its cell, without the empty cells at the foot"
        if read := by_pandas(table):
            code = f'd = {read}.fillna("").melt(var_name="arm", value_name="outcome")'
            none = json.dumps(sorted(set[str]().union(*gone)))
            code += f"; d[~d.outcome.str.strip().isin({none})]"
            mend += f": {python(code, f'{Path(table.item).stem}_rows.csv')}"
        mend += ". Where each row is a patient who had one after the other, "
        mend += f"--arm {','.join(names)} --design crossover takes them so"
        found = (
            f"{one_of(names)}, columns{' of unequal length' * uneven}: the outcomes of an arm each"
        )
        raise wrong("the arm", found, need, mend)


def in_columns(fault: str, apart: str = "") -> UserError:
    need = "one treatment a patient, or a crossover with a row for each patient and period"
    mend = (
        "reshape the file: the patient, `period`, `treatment`, `sequence` and each outcome once, "
        "one row for each period of a patient; to compare the first period alone: --arm with its "
        "column, and --design parallel"
    )
    found = f"a crossover whose periods are columns: {fault}"
    return wrong("the arm", found, need, apart or mend)


def _codes(column: Column) -> Sequence[str]:
    return levels(column) or [text for text, _ in column.values]


def _is_sequence(column: Column) -> bool:
    return bool(name_words(column.name) & SEQUENCES) and 2 <= column.distinct <= MOST_ARMS
