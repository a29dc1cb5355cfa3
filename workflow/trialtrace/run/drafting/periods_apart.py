"""A crossover in several tables: which treatment a patient had in a period stands in one, what was
measured in it in others; and what is the same in all periods, as the sequence, in a third."""

from collections.abc import Sequence
from dataclasses import replace

from trialtrace.run.drafting.arms import MOST_ARMS
from trialtrace.run.drafting.design import Design, is_period
from trialtrace.run.drafting.names import PERIODS, SEQUENCES, name_words, rank_of_arm
from trialtrace.run.drafting.outcomes import is_number, levels
from trialtrace.run.drafting.periods import of_periods
from trialtrace.run.drafting.profile import ArmOf, Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.tables import with_arm_of

# Of the rows of a table those whose patient and period another has.
MOSTLY = 0.9


def with_treatments(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """The tables, those that lack the treatment of a patient's period with that of another table.

    A table that tells treatments and nothing that could be an outcome has none of the arms itself.
    """
    for teller in tables:
        for arm, period in _told(teller):
            own = [one for one in tables if one is not teller and _lacks(one, teller, arm, period)]
            if own:
                told = ArmOf(arm, teller, (period,))
                made = {id(one): with_arm_of(one, told) for one in own}
                if not _measures(teller, arm, period):
                    made[id(teller)] = _without_arms(teller, [arm])
                # The same treatments, each period's in a column.
                for one in tables:
                    names = [name for name in one.arm for name in of_periods(one, one.column(name))]
                    made.setdefault(id(one), _without_arms(one, names))
                return tuple(made[id(one)] for one in tables)
    return tables


def patients_of(tables: Sequence[Table], treated: Table) -> Table | None:
    """A table with a row of each patient of the one with their treatments; None without any."""
    subject = treated.subject[:1]
    known = {*cells_of(treated, subject)} if subject and treated.rows <= MOST_ROWS else {("",)}
    return next(
        (
            one
            for one in tables
            if one is not treated and one.subject[:1] in one.keys and one.rows <= MOST_ROWS
            if known <= {*cells_of(one, one.subject[:1])}
        ),
        None,
    )


def _told(table: Table) -> list[tuple[str, str]]:
    """Columns of treatments that vary within patients, each with the column of periods that with
    the patient tells the rows apart."""
    subject = (*table.subject, "")[0]
    periods = [
        name
        for key in table.keys
        if len(key) == 2 and subject in key
        for name in key
        if name != subject and is_period(table.column(name))
    ]
    return [
        (one.name, period)
        for period in dict.fromkeys(periods)
        for one in table.columns
        if one.name not in (subject, period)
        and one.constant_within is False
        and 2 <= len(levels(one)) <= MOST_ARMS
        and (rank_of_arm(one.name) is not None or one.name in table.arm)
    ]


def _lacks(table: Table, teller: Table, arm: str, period: str) -> bool:
    """Whether a table has rows of the patients' periods, and no treatments of its own."""
    names = {one.name for one in table.columns}
    if not table.subject or period not in names or max(table.rows, teller.rows) > MOST_ROWS:
        return False
    if arm in names or table.column(period).constant_within is not False:
        return False
    rows, known = (cells_of(one, [one.subject[0], period]) for one in (table, teller))
    return sum(row in {*known} for row in rows) >= MOSTLY * len(rows)


def _measures(table: Table, arm: str, period: str) -> bool:
    """Whether a table has, beside treatments and periods, what varies within patients and is no
    day: what may be an outcome."""
    return any(
        one.constant_within is False
        and one.name not in (arm, period)
        and (is_number(one) or levels(one))
        and not (name_words(one.name) & (PERIODS | SEQUENCES) or rank_of_arm(one.name) is not None)
        for one in table.columns
    )


def _without_arms(table: Table, arms: Sequence[str]) -> Table:
    """The table, whose columns of treatments are the arm of others."""
    weights = {name: weight for name, weight in table.weights.items() if name not in arms}
    return replace(table, arm=tuple(one for one in table.arm if one not in arms), weights=weights)


def with_places(
    tables: Sequence[Table], home: Table, arm: Column, design: Design
) -> tuple[str, ...]:
    """The tables with treatments of patients, the one of the arm first: those in which the patient
    and the place tell the rows apart as there, and that have the same arms."""
    others = [
        one.name
        for one in tables
        if one is not home
        and not design.several
        and {one.subject[0], design.place} in map(set, one.keys)
        if any(each.name == arm.name and {*levels(each)} == {*levels(arm)} for each in one.columns)
    ]
    return (home.name, *others)


def with_column_of(tables: Sequence[Table], arm: Column, within: Sequence[str]) -> frozenset[str]:
    """The tables whose file has the column of the arm of these."""
    own = [one for one in tables if one.name in within and arm.name]
    return frozenset(one.arm_of.table.name if one.arm_of else one.name for one in own)


def as_raw(table: Table, arm: Column, within: Sequence[str]) -> Table:
    """The table with the columns of its file, and told elsewhere what is compared alone."""
    told = table.arm_of
    if told is None:
        return table
    columns = tuple(one for one in table.columns if one.name != told.column)
    kept = told if table.name in within and told.column == arm.name else None
    return replace(table, columns=columns, arm_of=kept)
