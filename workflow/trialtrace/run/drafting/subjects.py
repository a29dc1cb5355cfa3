"""Which column tells the patients of each table apart, and how tables belong together."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby, pairwise, permutations
from pathlib import Path

from trialtrace.base.errors import one_of, wrong
from trialtrace.run.cleaning.fits import as_known
from trialtrace.run.drafting.arms import MOST_ARMS, named_arm
from trialtrace.run.drafting.assignment import WHERE_OR_WHO
from trialtrace.run.drafting.decided import Decided, column_of, none_of
from trialtrace.run.drafting.design import is_side
from trialtrace.run.drafting.keys import may_tell_apart, may_tell_people
from trialtrace.run.drafting.members import with_members
from trialtrace.run.drafting.names import (
    CLUSTERS,
    ROW_NUMBERS,
    SEX,
    SITES,
    VISIT_PARTS,
    VISITS,
    name_words,
    rank,
    speaks_of,
)
from trialtrace.run.drafting.outcomes import is_number, levels
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.strangers import (
    ALIKE,
    EACH,
    MOSTLY,
    UNDER,
    Read,
    by_no_chance,
    by_samples,
    of_one_form,
    same,
)
from trialtrace.run.drafting.structure import are_few
from trialtrace.run.drafting.tables import by_subject, joined_in_sites, joined_like
from trialtrace.run.drafting.unused import PAIRS, STRATA
from trialtrace.run.tables.measures import AGES, plain

# Rows of each visit.
FEWEST_ROWS = 3
# Values of a column that may be patients, and their rows in the mean.
FEWEST_PATIENTS, LEAST_ROWS_EACH, MOST_ROWS_EACH = 10, 1.5, 8
# Rows of the most frequent value to those of the rarest, of what is no design.
UNEVEN = 3
WORDS = "Which column tells patients apart?"


def with_subjects(tables: Sequence[Table], decided: Decided) -> tuple[Table, ...]:
    """The tables with their patients. Raises UserError where nothing links several: the rows of one
    are not those of another by their place."""
    tables = with_members(tables, decided)
    tables = _joined_alike(tables if "subject" in decided.told else _numbered_in_sites(tables))
    several, named = len(tables) > 1, decided.told.get("subject", "")
    if several and named == SOURCE_ROW:
        need = "a column that names a patient in each"
        raise wrong("--subject", f"{SOURCE_ROW}, of {len(tables)} tables", need)
    tables = _of_others(tables, decided)
    lacking = [one for one in tables if not (one.subject or _has(one, named))]
    if several and lacking:
        return _linked(tables, decided)
    made = tuple(_with_subject(table, decided, several) for table in tables)
    _check_shared(made)
    return made


def _has(table: Table, name: str) -> bool:
    return any(column.name == name for column in table.columns)


def _of_others(
    tables: Sequence[Table], decided: Decided, weakly: bool = False
) -> tuple[Table, ...]:
    """The tables; of one whose patients no name tells, or are in no other, by the column that has
    those of the rest: Label, where Timepoint_ID is called as an id. Numbers that count from 1, of
    which others may be by chance, link `weakly` alone."""
    read = Read(tables, named := decided.told.get("subject", ""))
    made = []
    for table in tables:
        others = [one for one in tables if one is not table]
        known = set().union(*map(read.patients, others))
        own = read.patients(table)
        names = [name for one in others if _has(table, name := read.subject(one))]
        link = ""
        if known and not (_has(table, named) or (own and same(own, known))):
            link = read.link(table, known, (*names, "")[0])
        values = read.values(table, link) if link else set()
        sure = bool(link) and (link in names or by_no_chance(values, known))
        if link and (sure or weakly):
            why = f"Of {len(known)} patients of the other files {len(values & known)} are in it"
            why += f"; those that {table.subject[0]} would tell are in none." if own else "."
            place = ("trial.yaml", f"tables.{table.name}.subject")
            decided.guess(f"subject.{table.name}", place, link, why, blinds=not sure)
            table = by_subject(table, link)
        made.append(table)
    return tuple(made)


def tell_shared(tables: Sequence[Table], home: str, decided: Decided) -> None:
    """A guess on each table that shares few patients with that of the arm, or has some whom that
    one lacks: how many of how many. It blinds the report where most are unknown there, as under a
    wrong key, and nobody told who is left out."""
    ids, by_name = _patients_of(tables), {one.name: one for one in tables}
    for name, own in ids.items() if home in ids else ():
        shared = len(own & ids[home])
        few = shared < MOSTLY * max(len(own), len(ids[home]))
        # Tables of one form without anybody in both are told as parts of one.
        apart = not shared and of_one_form(by_name[name], by_name[home])
        if name != home and not apart and (few or len(own) > shared):
            why = f"{shared} of {len(ids[home])} patients of {home} are in {name}"
            if unknown := len(own) - shared:
                why += f"; {unknown} of its {len(own)} are in no row of {home}, which is the table "
                why += "of the patients: they are in no analysis"
            place = ("trial.yaml", f"tables.{name}.subject")
            lost = shared < MOSTLY * len(own) and "where" not in decided.told
            column = by_name[name].subject[0]
            decided.guess(f"shared.{name}", place, column, f"{why}.", blinds=lost)


def _patients_of(tables: Sequence[Table]) -> dict[str, set[str]]:
    return {
        table.name: {cell for (cell,) in cells_of(table, table.subject[:1])} - {""}
        for table in tables
        if table.subject and table.rows <= MOST_ROWS
    }


def _check_shared(tables: Sequence[Table]) -> None:
    """Raises UserError for a table whose patients have, but for a few that may be so by chance,
    other names than those of every other file: its rows would be of nobody."""
    ids = _patients_of(tables)
    for table in tables:
        others = [one for one in tables if one.item != table.item and one.name in ids]
        own = ids.get(table.name, set())
        shared = {one.name: len(own & ids[one.name]) for one in others}
        if not own or any(same(own, ids[one.name]) for one in others):
            continue
        for other in others[:1]:
            known = ids[other.name]
            fault = f"{table.subject[0]} of {Path(table.item).name} and {other.subject[0]} of "
            fault += f"{Path(other.item).name}: {shared[other.name]} of {len(own)} and "
            fault += f"{len(known)} patients are in both"
            fault += "".join(f"; {text}" for text in as_known([*own], known))
            mend = "write the patients' numbers of one as in the other, name the column: --subject "
            mend += f"COLUMN, or leave one of them out, such as {Path(table.item).name}"
            mend = UNDER if of_one_form(table, other) else mend
            raise wrong("the files", fault, "the same patients in each file", mend)


def _joined_alike(tables: Sequence[Table]) -> tuple[Table, ...]:
    """The tables with patients joined in each as in one where a number is of several: what varies
    within a number, such as the arm, stands in that one alone."""
    joins = [
        (one, *join) for one in tables for join in one.joined.items() if join[0] not in one.factors
    ]
    made = []
    for table in tables:
        known = {column.name for column in table.columns}
        like = (
            (name, parts, other.name)
            for other, name, parts in joins
            if not table.joined and name not in known and known >= {*parts}
            if parts[1] in (*table.subject, parts[1])[:1] and _of_the_same(table, other, parts)
        )
        join = next(like, None)
        made.append(joined_like(table, *join) if join else table)
    return tuple(made)


def _numbered_in_sites(tables: Sequence[Table]) -> Sequence[Table]:
    """The tables, one of them with the patients of sites and a number of any name in each, which
    all tables have and which together, and not alone, tell its rows apart."""
    if len(tables) < 2 or all(table.subject for table in tables):
        return tables
    known = [{column.name for column in table.columns} for table in tables]
    shared = [
        column for column in tables[0].columns if all(column.name in names for names in known)
    ]
    sites = [one.name for one in shared if rank(one.name, SITES) is not None]
    numbers = [
        one.name
        for one in shared
        if one.name not in sites and plain(one.name) not in AGES
        if may_tell_people(one) and not one.blank
    ]
    if any(_links(tables, name) for name in numbers):
        return tables
    for table, names in ((one, (site, n)) for one in tables for site in sites for n in numbers):
        each = cells_of(table, names) if table.rows <= MOST_ROWS else []
        alone = len({number for _, number in each}) == len(each)
        others = [one for one in tables if one is not table]
        if (
            not alone
            and len({*each}) == len(each)
            and all(_of_the_same(other, table, names) for other in others)
        ):
            return [joined_in_sites(one, names) if one is table else one for one in tables]
    return tables


def _of_the_same(table: Table, other: Table, names: Sequence[str]) -> bool:
    """Whether most of what these columns of a table hold together stands in another."""
    if max(table.rows, other.rows) > MOST_ROWS:
        return False
    values, known = ({*cells_of(one, names)} for one in (table, other))
    return len(values & known) >= MOSTLY * len(values)


def _linked(tables: Sequence[Table], decided: Decided) -> tuple[Table, ...]:
    """Tables by the column that all of them have and that tells the rows of one apart; where it is
    not one, it is asked."""
    shared = [
        column.name
        for column in tables[0].columns
        if all(_may_link(table, column.name) for table in tables)
    ]
    names = one_of([table.name for table in tables])
    if not shared:
        return _of_the_same_values(tables, decided)
    sure = [name for name in shared if _links(tables, name)]
    place = ("trial.yaml", f"tables.{tables[0].name}.subject")
    why = f"All of {names} have it, and no name of theirs is that of a subject."

    def read(name: str) -> tuple[Table, ...]:
        return tuple(_as_told(table, name) for table in tables)

    if len(sure) == 1:
        why += " It has a value of its own in each row of one, and the others have the same."
        if all(one.name != "subject" for one in decided.guesses):
            decided.guess("subject", place, sure[0], why)
        return read(sure[0])
    choices = [(name, why) for name in dict.fromkeys([*sure, *shared])]
    return decided.choose("subject", WORDS, choices, place, read, False)


def _of_the_same_values(tables: Sequence[Table], decided: Decided) -> tuple[Table, ...]:
    """Tables whose patients have the same values under other names, SID and subject: a guess where
    they are texts, asked of numbers. Raises UserError where no columns are so."""
    values = {
        (table.name, one.name): {cell for (cell,) in cells_of(table, [one.name])}
        for table in tables
        for one in table.columns
        if table.rows <= MOST_ROWS and _may_link(table, one.name)
    }
    found: dict[str, dict[str, str]] = {}
    for (_, name), known in values.items():
        alike = {
            table: other
            for (table, other), own in values.items()
            if len(own & known) >= ALIKE * len(own | known)
        }
        if len(alike) == len(tables) and alike not in found.values():
            found[name] = alike
    linked = () if found else _of_others(tables, decided, weakly=True)
    if linked and all(one.subject for one in linked):
        return linked
    if not found:
        each = "; ".join(
            f"{one.name} ({Path(one.item).name}): {one_of([c.name for c in one.columns])}"
            for one in tables
        )
        fault = f"no column that tells the patients under one name, or with the same values: {each}"
        mend = "give it one name in all, or give one file"
        if all(of_one_form(one, tables[0]) for one in tables):
            fault += f"; {said}" if (said := tables[0].evidence.get("arms_of_files")) else ""
            mend += f"; {EACH}"
        cells = Read(tables, "")
        for one, other in permutations(tables, 2):
            fault += f"; of {one.name} {why}" if (why := by_samples(cells, one, other)) else ""
        raise wrong("the files", fault, "a column of the patients in each", mend)

    def read(name: str) -> tuple[Table, ...]:
        pairs = next((one for one in found.values() if name in one.values()), None)
        if pairs is None:
            raise none_of("subject", name, found)
        return tuple(_as_told(table, pairs[table.name]) for table in tables)

    files = {table.name: Path(table.item).name for table in tables}
    choices = [
        (
            name,
            f"{' and '.join(f'{column} of {files[t]}' for t, column in pairs.items())} have the "
            f"same values: {name} stands for all of these names.",
        )
        for name, pairs in found.items()
    ]
    sure = len(found) == 1 and any(
        not is_number(table.column(pairs[table.name]))
        for pairs in found.values()
        for table in tables
    )
    place = ("trial.yaml", f"tables.{tables[0].name}.subject")
    if sure and "subject" not in decided.told:
        decided.guess("subject", place, *choices[0])
        return read(choices[0][0])
    return decided.choose("subject", WORDS, choices, place, read, False)


def _may_link(table: Table, name: str) -> bool:
    """Whether a table has a column of that name that may tell its patients."""
    column = next((one for one in table.columns if one.name == name), None)
    return (
        column is not None
        and plain(name) not in ROW_NUMBERS
        and may_tell_people(column)
        and not (column.blank or column.missing_codes)
        and column.distinct > MOST_ARMS
    )


def _links(tables: Sequence[Table], name: str) -> bool:
    """Whether the values of a column are all different in a table, and most of those of each other
    table stand in it."""
    if any(table.rows > MOST_ROWS for table in tables):
        return False
    values = [{cell for (cell,) in cells_of(table, [name])} for table in tables]
    return any(
        len(own) == table.rows and all(len(own & each) >= MOSTLY * len(each) for each in values)
        for table, own in zip(tables, values, strict=True)
    )


def _with_subject(table: Table, decided: Decided, beside: bool) -> Table:
    """The table with the patients that were told, or that it seems to have."""
    place = ("trial.yaml", f"tables.{table.name}.subject")
    data = decided.told.get("subject", "")
    if data and not (beside and table.subject and not _has(table, data)):
        table = _as_told(table, data)
    elif whole := _of_whole_rows(table):
        table = _of_rows(table, whole, place, decided)
    elif table.subject:
        why = table.evidence.get("joined") or table.evidence.get("subject", "")
        if few := are_few(table.column(table.subject[0])):
            why += f" {table.rows} rows have one of so few: they may be groups, and not patients. "
            why += "Where each row is a patient: --subject source_row."
        if few or "joined" in table.evidence or len(table.subject) > 1:
            decided.guess(f"subject.{table.name}", place, table.subject[0], why, few)
    else:
        why = "No column has the name of a subject: every row is taken for a patient."
        sides = [column for column in table.columns if is_side(column) and len(levels(column)) == 2]
        if several := sides or [column for column in table.columns if _in_equal_visits(column)]:
            return _of_several(table, several[0], place, why, decided)
        if several := [one for one in table.columns if _in_runs(table, one)]:
            return _by_runs(table, several, place, why, decided)
        if counts := [one for one in table.columns if _begins_anew(table, one)]:
            return _of_several(table, counts[0], place, why, decided)
        several = [one for one in table.columns if not is_number(one) and _in_groups(table, one)]
        if several:
            why += f" {one_of([one.name for one in several])} has the same value in several rows: "
            why += f"where it names patients, --subject {several[0].name}."
        decided.guess(f"subject.{table.name}", place, SOURCE_ROW, why)
    for name in sorted(table.factors):
        made = ", ".join(table.joined[name])
        why = f"{name} is made of {made}: no row has two of them, and all levels are as many rows."
        decided.guess(f"made.{name}", ("trial.yaml", "source.items"), made, why)
    for name, about in (("key", "repeats"), ("copies", "copies"), ("alike", "alike")):
        if about in table.evidence and table.subject:
            key = ("trial.yaml", f"tables.{table.name}.key")
            own = ", ".join((*table.keys, (SOURCE_ROW,))[0])
            decided.guess(f"{name}.{table.name}", key, own, table.evidence[about])
    return table


def _of_whole_rows(table: Table) -> list[str]:
    """The columns called as ids that all rows have another value of, where the one of the surest
    name comes again and what is a patient's own, a sex or an arm, differs in most of its values,
    which stand in some rows or in many: a count, as of cases or children."""
    if not table.subject or table.visit or table.joined or table.rows > MOST_ROWS:
        return []
    whose = table.subject[0]
    whole = [name for name in table.subject[1:] if table.column(name).distinct == table.rows]
    own = [
        one.name
        for one in table.columns
        if (name_words(one.name) & {*SEX} or named_arm(one.name))
        and one.constant_within is False
        and one.distinct <= MOST_ARMS
    ]
    for name in own if whole else ():
        held = defaultdict[str, list[str]](list)
        for who, value in cells_of(table, [whose, name]):
            held[who].append(value)
        again = [values for values in held.values() if len(values) > 1]
        mixed = sum(len({*values}) > 1 for values in again)
        sizes = sorted(map(len, held.values()))
        odd = sizes[-1] >= UNEVEN * sizes[0] or table.rows > MOST_ROWS_EACH * len(sizes)
        if odd and 2 * mixed > len(again):
            return whole
    return []


def _of_rows(table: Table, whole: Sequence[str], place: tuple[str, str], decided: Decided) -> Table:
    """The table by its patients where one id tells its rows apart and the likelier name does not,
    which is asked."""
    name = table.subject[0]
    n, several = table.column(name).distinct, "of which patients would be of several sexes or arms"
    choices = [(one, f"Each of {table.rows} rows has another value.") for one in whole]
    choices.append((name, f"It has {n} values in {table.rows} rows, {several}: it may be a count."))

    def read(text: str) -> Table:
        return _as_told(table, text)

    return decided.choose("subject", WORDS, choices, place, read, False)


def _in_runs(table: Table, column: Column) -> bool:
    """Whether the rows of each value follow each other: rows of a patient do."""
    if not _in_groups(table, column):
        return False
    cells = [cell for (cell,) in cells_of(table, [column.name])]
    return sum(1 for _ in groupby(cells)) == column.distinct


def _in_groups(table: Table, column: Column) -> bool:
    """Whether few rows each have one of many values, in a column that could number or name patients
    and that is called as no group of them."""
    of_groups = name_words(column.name) & (CLUSTERS | AGES | PAIRS | STRATA | WHERE_OR_WHO)
    return not (
        column.blank
        or not may_tell_people(column)
        or (is_number(column) and not _counts(column))
        or column.validation.startswith("date")
        or of_groups
        or rank(column.name, SITES) is not None
        or speaks_of(column.name, VISITS, VISIT_PARTS)
        or not FEWEST_PATIENTS <= column.distinct <= column.rows / LEAST_ROWS_EACH
        or column.rows > MOST_ROWS_EACH * column.distinct
        or table.rows > MOST_ROWS
    )


def _begins_anew(table: Table, column: Column) -> bool:
    """Whether a column counts from 1 on and begins anew again and again, as the attacks or the
    visits of patients without a number do."""
    codes = levels(column)
    few = 2 < len(codes) <= MOST_ROWS_EACH and column.name not in table.arm
    if not few or not all(map(str.isdecimal, codes)) or table.rows > MOST_ROWS:
        return False
    cells = [cell for (cell,) in cells_of(table, [column.name])]
    numbers = [int(cell) for cell in cells if cell in codes]
    if len(numbers) < len(cells):
        return False
    turns = pairwise([0, *numbers])
    begun = numbers.count(1)
    counted = all(now == 1 or now == before + 1 for before, now in turns)
    return counted and FEWEST_PATIENTS <= begun <= len(numbers) / LEAST_ROWS_EACH


def _counts(column: Column) -> bool:
    """Whether a column has all whole numbers between its ends, and no unit."""
    whole = column.validation == "integer" and not column.unit
    return whole and float(column.high) - float(column.low) == column.distinct - 1


def _by_runs(
    table: Table, columns: Sequence[Column], place: tuple[str, str], why: str, decided: Decided
) -> Table:
    """The table by its patients where no name tells them and some columns may: rows that are visits
    or treatments given would each count as a patient."""
    many = [f"{one.name} has {one.distinct} values in {table.rows} rows" for one in columns]
    doubt = f"{'; '.join(many)}, those of each value together, as of patients with several rows."
    choices = [(SOURCE_ROW, f"{why} {doubt}"), *((one.name, doubt) for one in columns)]

    def read(name: str) -> Table:
        return _as_told(table, name)

    return decided.choose("subject", WORDS, choices, place, read, False)


def _as_told(table: Table, name: str) -> Table:
    """The table by the column of patients that a person names."""
    if name == SOURCE_ROW:
        return by_subject(table, name)
    column = column_of([table], name, "subject")[1]
    if column.blank or column.missing_codes or not may_tell_apart(column):
        lacks = f"{column.blank} rows without a value" if column.blank else "numbers or texts"
        fault = f"{column.name}, {lacks}"
        raise wrong("--subject", fault, "a column that names a patient in every row")
    return by_subject(table, column.name)


def _in_equal_visits(column: Column) -> bool:
    """Whether a column has the name of visits, and each of its few levels as many rows."""
    counts = [count for _, count in column.values]
    few = 2 <= column.distinct == len(counts) and FEWEST_ROWS * column.distinct <= column.rows
    return (
        few
        and not column.blank
        and len({*counts}) == 1
        and speaks_of(column.name, VISITS, VISIT_PARTS)
    )


def _of_several(
    table: Table, place_of: Column, place: tuple[str, str], why: str, decided: Decided
) -> Table:
    """The table by its patients where it has sides or visits and nothing tells patients: two eyes
    of a patient are two rows of one."""
    name, n = place_of.name, place_of.distinct
    doubt = f"{name} has {n} levels: a patient may have {n} rows, and would count {n} times."
    mend = "Add the number of the patient to the export, or give the rows of one level."
    choices = [(SOURCE_ROW, f"{why} {doubt} {mend}")]
    choices += [
        (
            column.name,
            f"It has {column.distinct} values in {table.rows} rows, and {name} {n} levels.",
        )
        for column in table.columns
        if may_tell_people(column)
        and table.rows <= n * column.distinct + 2
        and column.distinct < table.rows
    ]

    def read(name: str) -> Table:
        return _as_told(table, name)

    return decided.choose("subject", WORDS, choices, place, read, False)
