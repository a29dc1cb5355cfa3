"""The same table twice among what was given, as of an export and of what was analysed of it: it
would be two sources of one outcome."""

from collections.abc import Sequence

from trialtrace.run.drafting.decided import Decided
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.stacking import stem, told_by_names
from trialtrace.run.drafting.strangers import called

# Rows and columns, from which on two tables are not the same by chance.
FEWEST_ROWS, FEWEST_COLUMNS = 10, 3


def without_doubles(tables: Sequence[Table], decided: Decided) -> tuple[Table, ...]:
    """The tables without those whose rows, and all whose columns, another has: a guess, which
    blinds nothing, since no cell is lost. Nothing is left out of tables that were told."""
    left: list[Table] = []
    told = []
    for table in sorted(tables, key=lambda one: -len(one.columns)):
        whole = next((one for one in left if _holds(one, table)), None)
        if whole is None or "tables" in decided.told:
            left.append(table)
        else:
            more = [one.name for one in whole.columns if one.name not in _names(table)]
            told.append(f"{called(table)} is in {called(whole)}, which has {', '.join(more)} too")
    if told:
        text = f"{'; '.join(told)}: it is used once. --tables names the files of the trial."
        decided.guess("copies.tables", ("trial.yaml", "source.items"), "used once", text)
    return tuple(one for one in tables if one in left)


def _names(table: Table) -> list[str]:
    return [one.name for one in table.columns]


def _holds(whole: Table, table: Table) -> bool:
    """Whether a table has more columns than another, and its rows in those of both."""
    names = _names(table)
    same = whole.rows == table.rows and FEWEST_ROWS <= table.rows <= MOST_ROWS
    if not same or len(names) < FEWEST_COLUMNS or not {*names} < {*_names(whole)}:
        return False
    if told_by_names([stem(whole), stem(table)])[2]:
        # Two visits by their names: that all values came again is for a look at rows.
        return False
    return sorted(cells_of(whole, names)) == sorted(cells_of(table, names))
