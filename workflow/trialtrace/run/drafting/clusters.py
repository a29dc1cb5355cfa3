"""Groups of patients that were randomised as wholes, and such as were matched."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, permutations

from trialtrace.run.drafting.keys import ends_in_id, in_order, may_tell_apart, names_subject
from trialtrace.run.drafting.names import (
    CLUSTERS,
    PERIODS,
    RELATED,
    SITES,
    name_words,
    numbers_people,
    rank,
    rank_of_arm,
)
from trialtrace.run.drafting.outcomes import is_coded, label_of, levels
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.structure import ID
from trialtrace.run.tables.measures import AGES, parts, plain

NO_GROUP = re.compile(r"none|no|nil|n/?a|keine[rs]?|aucune?|ninguno|nessuno|-+", re.IGNORECASE)
# Fewer clusters may have one arm each by chance, or by a name that is none of a cluster.
FEWEST_CLUSTERS, FEWEST_EACH, FEWEST_OF_A_PERSON = 4, 3, 1.5
# Of groups whose name says nothing: in all, and of each arm, since a dose has one arm too.
FEWEST_UNNAMED, FEWEST_OF_ARM = 10, 3
# Of groups within larger ones, how often a number comes again in the mean.
MANY_TIMES = 1.5
# Rows of each group and period, and groups, where the name of the column says nothing; cells of all
# groups and periods, where a row is one.
FEWEST_IN_A_STEP, MOST_STEPPED, WHOLE_GRID = 5, 200, 0.75
FEWEST_AT_A_STEP = 3
# Patients who turn once from one treatment to the other, and at how many visits.
NEARLY_EACH, FEWEST_TURNS = 0.9, 3
STEPS = PERIODS | {"step", "wave", "month", "time"}
# How long something took: of no group and no period.
LASTED = {"to", "until", "duration", "length", "dauer"}
# Rows with the arm of most of their group, from which on the others may be mistakes; rows named.
NEARLY, MOST_NAMED = 0.99, 5
# Levels that groups were drawn to, and standard deviations beyond which arms are no chance.
MOST, FAR = 8, 4.0


def clustered(table: Table, subject: str, arm: Column) -> tuple[str, str]:
    """The column of sites, or of groups of any name, of which all patients have one arm, and why;
    nothing where there is none."""
    if table.rows > MOST_ROWS:
        return "", ""
    for named in (True, False):
        for column in table.columns:
            known = bool(name_words(column.name) & CLUSTERS or rank(column.name, SITES))
            if column.name not in (arm.name, subject) and known is named:
                groups = groups_of_one_arm(table, column, (arm, subject))
                if groups and (named or _beyond_doses(groups)):
                    values = f"{len(groups)} values of {column.name}"
                    why = f"All patients of each of the {values} have the same arm."
                    if subject == SOURCE_ROW and not named:
                        why += f" Where it is the patient: --subject {column.name}."
                    return column.name, why
    return "", ""


def numbered_within(
    table: Table, subject: str, arm: Column
) -> tuple[str, tuple[str, ...], str] | None:
    """Groups of one arm that are numbered anew in larger ones, as wards in hospitals: the column
    that has another value for each, or a name for both together and these, and why."""
    named = [
        one
        for one in table.columns
        if name_words(one.name) & CLUSTERS or rank(one.name, SITES) is not None
        if one.name not in (arm.name, subject) and one.constant_within is not False
    ]
    names = [one.name for one in table.columns if one.constant_within is not False]
    rows = cells_of(table, [arm.name, *names]) if len(named) > 1 and table.rows <= MOST_ROWS else []
    at = {name: number for number, name in enumerate(names, start=1)}
    for larger, unit in permutations(named, 2):
        both = _arms_of(rows, at[larger.name], at[unit.name])
        if (
            len(both) < max(FEWEST_UNNAMED, MANY_TIMES * unit.distinct)
            or len(rows) < FEWEST_EACH * len(both)
            or any(len(arms) > 1 for arms in both.values())
            or all(len(arms) == 1 for arms in _arms_of(rows, at[larger.name]).values())
        ):
            continue
        what = f"{unit.name} counts anew in each {larger.name}"
        why = f"{what}: all patients of each of {len(both)} have the same arm."
        where = (at[larger.name], at[unit.name])
        for name, place in at.items():
            alone, with_it = _arms_of(rows, place), _arms_of(rows, *where, place)
            if len(alone) == len(with_it) == len(both):
                return name, (), f"{why} {name} has another value for each."
        return f"{larger.name}_{unit.name}", (larger.name, unit.name), why
    return None


def _arms_of(rows: Sequence[tuple[str, ...]], *places: int) -> dict[tuple[str, ...], set[str]]:
    """The arms, which stand first, of what rows have at some places."""
    arms: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in rows:
        if row[0] and all(row[place] for place in places):
            arms[tuple(row[place] for place in places)].add(row[0])
    return arms


def groups_of_one_arm(
    table: Table, column: Column, known: tuple[Column, str], fewest: int = FEWEST_CLUSTERS
) -> dict[str, str]:
    """The values of a column with their arm; none where a value has several, or a patient has, or
    few have patients; of people, who bring others, half as many, and of families any number, where
    many have several. `known` are the arm and the column of the patients."""
    if _of_a_patient(column) or column.constant_within is False:
        return {}
    if column.name in table.joined_numbers:
        # Of patients at other sites, who are others.
        return {}
    few_each = _of_one_size(column) or names_few(column.name)
    # Most families, and mothers, have one child of a trial.
    related = bool((name_words(column.name) | {*parts(column.label)}) & RELATED)
    fewest_each = 1.0 if related else FEWEST_OF_A_PERSON if few_each else FEWEST_EACH
    if not fewest <= column.distinct <= table.rows / fewest_each:
        return {}
    arms: dict[str, set[str]] = defaultdict(set)
    sizes: Counter[str] = Counter()
    for group, code in _members(table, column, known):
        # "none" of the arm whose patients have no therapist.
        if NO_GROUP.fullmatch(label_of(column, group)):
            continue
        arms[group].add(code)
        sizes[group] += 1
    several = [group for group, n in sizes.items() if n > 1]
    few = sum(sizes.values()) < FEWEST_OF_A_PERSON * len(sizes)
    few = sum(sizes.values()) < fewest_each * len(sizes) or (few and len(several) < FEWEST_UNNAMED)
    if few or len(several) < fewest or any(len(codes) > 1 for codes in arms.values()):
        return {}
    if len(set().union(*arms.values())) < 2:
        # Patients of the other arm have none: each was randomised alone.
        return {}
    return {group: code for group, (code,) in arms.items()}


def nearly_clustered(table: Table, subject: str, arm: Column) -> str:
    """What is to be said of groups of which all but a few rows have the arm of their group, if the
    groups were randomised; nothing where there are none."""
    names = [
        column.name
        for column in table.columns
        if column.name not in (arm.name, subject)
        and column.constant_within is not False
        and not _of_a_patient(column)
        if FEWEST_UNNAMED <= column.distinct <= table.rows / FEWEST_EACH
    ]
    rows = cells_of(table, [arm.name, *names]) if names and table.rows <= MOST_ROWS else []
    for at, name in enumerate(names, start=1):
        arms = _most_of((row[at], row[0]) for row in rows)
        odd = [n for n, row in enumerate(rows, start=1) if _is_odd(arms, row[at], row[0])]
        known = sum(1 for row in rows if row[at] and row[0])
        many = known >= FEWEST_EACH * len(arms) and _beyond_doses(arms)
        if many and 0 < len(odd) <= (1 - NEARLY) * known:
            told = f"{_odd_rows(odd, table)} another arm than the others of their {name}"
            return f"{told}. If whole {name} were randomised (--cluster {name})"
    return ""


def other_arms(table: Table, column: Column, arm: Column) -> str:
    """Which rows have another arm than most of their group."""
    rows = cells_of(table, [column.name, arm.name]) if table.rows <= MOST_ROWS else []
    arms = _most_of(rows)
    odd = [n for n, row in enumerate(rows, start=1) if _is_odd(arms, *row)]
    return f"{_odd_rows(odd, table)} another arm than most of their group" if odd else ""


def of_several_arms(table: Table, subject: str, name: str) -> str:
    """A sentence on the ids of which rows differ in a column that may be the arm, where these are
    few of many: each may stand for two patients. Nothing elsewhere."""
    cells = cells_of(table, [subject, name]) if SOURCE_ROW != subject in table.subject else []
    arms: dict[str, set[str]] = defaultdict(set)
    for who, code in cells if table.rows <= MOST_ROWS else ():
        arms[who] |= {code} - {""}
    odd = [who for who, codes in arms.items() if who and len(codes) > 1]
    if not 0 < len(odd) <= (1 - NEARLY) * len(arms):
        return ""
    ids = f"{', '.join(odd[:MOST_NAMED])}{', …' if len(odd) > MOST_NAMED else ''}"
    return f"{len(odd)} of {len(arms)} values of {subject} ({ids}) have several values of {name}"


def _is_odd(arms: Mapping[str, str], group: str, code: str) -> bool:
    return bool(group and code) and arms[group] != code


def _odd_rows(odd: Sequence[int], table: Table) -> str:
    more = ", …" if len(odd) > MOST_NAMED else ""
    shown = ", ".join(map(str, odd[:MOST_NAMED]))
    have = "has" if len(odd) == 1 else "have"
    return f"{len(odd)} of {table.rows} rows of the data ({shown}{more}) {have}"


def _most_of(pairs: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """The arm that most rows of each group have."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for group, code in pairs:
        if group and code:
            counts[group][code] += 1
    return {group: each.most_common(1)[0][0] for group, each in counts.items()}


def of_steps(table: Table) -> bool:
    """Whether rows are of clusters and periods, and no patients: what tells them apart is called as
    nobody is, and an arm changes in it from one period on."""
    if not (table.subject and table.visit):
        return False
    name = table.subject[0]
    arms = [one for one in table.columns if rank_of_arm(one.name) is not None]
    varying = [one for one in arms if is_coded(one) and one.constant_within is False]
    bare = replace(table, subject=())
    return not names_subject(name) and any(
        name in in_steps(bare, arm)[1] and begins_with(bare, arm) for arm in varying
    )


def begins_with(table: Table, arm: Column) -> str:
    """The arm of a stepped wedge in which all clusters are that change it, each once and to the
    same other one; nothing elsewhere."""
    steps = in_steps(table, arm)[1]
    rows = {row for row in cells_of(table, [*steps, arm.name]) if all(row)} if steps else ()
    each = sorted(rows, key=lambda row: (row[0], in_order(row[1])))
    turns = [(a[0], a[2], b[2]) for a, b in pairwise(each) if a[0] == b[0] and a[2] != b[2]]
    first = {turn[1] for turn in turns}
    return first.pop() if len(first) == 1 and len({t[0] for t in turns}) == len(turns) else ""


def turning_once(table: Table) -> dict[str, tuple[str, str]]:
    """Columns of two values that turn from one to the other once, at several visits, in nearly all
    patients, as in a stepped wedge of patients: the value that all begin with, and a sentence."""
    subject = (*table.subject, "")[0]
    keys = [{*key} - {subject} for key in table.keys if len(key) == 2 and subject in key]
    times = [one for one in table.visit[:1] if {one} in keys]
    two = [one for one in table.columns if one.constant_within is False and len(levels(one)) == 2]
    names = [one.name for one in two if one.name not in times]
    cells = cells_of(table, [subject, *times, *names]) if times and table.rows <= MOST_ROWS else []
    cells.sort(key=lambda row: (row[0], in_order(row[1])))
    found: dict[str, tuple[str, str]] = {}
    for at, name in enumerate(names, start=2):
        rows = [(row[0], row[1], row[at]) for row in cells if row[0] and row[at]]
        turns = [(b, a[2]) for a, b in pairwise(rows) if a[0] == b[0] and a[2] != b[2]]
        whose = Counter(turn[0][0] for turn in turns)
        once = sum(n == 1 for n in whose.values())
        when, first = ({turn[0][1] for turn in turns}, {before for _, before in turns})
        if (
            len(first) == 1
            and len(when) >= FEWEST_TURNS
            and once >= NEARLY_EACH * len({row[0] for row in rows})
        ):
            why = f"{name} turns once, from {min(first)}, in {once} values of {subject}, at "
            why += f"{len(when)} values of {times[0]}, as in a stepped wedge."
            found[name] = (min(first), why)
    return found


def turns_one_way(table: Table, name: str) -> bool:
    """Whether a column turns within patients from one value to another at visits, in some of them
    alone and never back: it tells who was treated when, and no lot."""
    subject, times = table.subject[:1], table.visit[:1]
    if not (subject and times) or table.rows > MOST_ROWS or name in turning_once(table):
        return False
    rows = cells_of(table, [*subject, *times, name])
    rows = sorted((row for row in rows if all(row)), key=lambda row: (row[0], in_order(row[1])))
    turns = [(one[2], two[2]) for one, two in pairwise(rows) if one[0] == two[0]]
    return len({turn for turn in turns if turn[0] != turn[1]}) == 1


def in_steps(table: Table, arm: Column) -> tuple[str, tuple[str, ...]]:
    """A sentence where all patients of each cluster have one arm in a period and another in a later
    one, as in a stepped wedge, and the columns of both; nothing elsewhere. Of rows without patients
    anything may be a cluster that has one arm in each of many periods, or a row in nearly each."""
    many = [one for one in table.columns if one.name != arm.name and one.distinct > 1]
    many = [one for one in many if not name_words(one.name) & LASTED]
    named = {
        o.name for o in many if name_words(o.name) & CLUSTERS or rank(o.name, SITES) is not None
    }
    times = [one for one in many if name_words(one.name) & STEPS]
    groups = [
        one
        for one in many
        if one.name in named or not (table.subject or one.distinct > MOST_STEPPED)
    ]
    if table.rows > MOST_ROWS:
        return "", ()
    for group, time in ((one, other) for one in groups for other in times if one is not other):
        rows = {row for row in cells_of(table, [group.name, time.name, arm.name]) if all(row)}
        arms = {(who, code) for who, _, code in rows}
        both = len(arms) - len({who for who, _ in arms})
        whole = table.rows == len(rows) >= WHOLE_GRID * group.distinct * time.distinct
        few = table.rows < FEWEST_IN_A_STEP * len(rows) and group.name not in named and not whole
        # Times of patients, such as those to an event, have few of them each.
        few = few or len(rows) < FEWEST_AT_A_STEP * time.distinct
        if len({row[:2] for row in rows}) == len(rows) and both >= FEWEST_CLUSTERS and not few:
            why = (
                f"All patients of each {group.name} and {time.name} have one arm, and of {both} "
                f"values of {group.name} another at another {time.name}, as in a stepped wedge or "
                "a crossover of clusters: no step takes either into account, and patients are "
                "compared as if each had been randomised."
            )
            return why, (group.name, time.name)
    return "", ()


def names_few(name: str) -> bool:
    """Whether a name is that of a family or the like, or ends as an id does: of few patients."""
    named = numbers_people(name) or ends_in_id(name) or ID.fullmatch(plain(name))
    return bool(named or name_words(name) & RELATED)


def _members(table: Table, column: Column, known: tuple[Column, str]) -> list[tuple[str, str]]:
    """The group and the arm of each patient that has both; `known` are the arm and the column of
    the patients."""
    arm, subject = known
    names = [column.name, arm.name, *([] if subject == SOURCE_ROW else [subject])]
    cells = cells_of(table, names)
    rows = cells if subject == SOURCE_ROW else dict.fromkeys(cells)
    return [(group, code) for group, code, *_ in rows if group and code]


def _of_one_size(column: Column) -> bool:
    """Whether each value of a column that may name groups is in as many rows: pairs, litters."""
    n = column.values[0][1] if column.values else 0
    whole = n * column.distinct == column.rows and not column.blank
    return whole and n > 1 and column.distinct >= FEWEST_UNNAMED and may_tell_apart(column)


def matched(table: Table, subject: str, arm: Column) -> str:
    """The column of many groups of which each has a patient of each arm: matched pairs, twins."""
    if table.rows > MOST_ROWS or arm.constant_within is False:
        return ""
    for column in table.columns:
        if column.name in (arm.name, subject) or column.constant_within is False:
            continue
        every = column.distinct * arm.distinct
        few = column.distinct < FEWEST_UNNAMED or every > column.rows or column.blank
        if few or not may_tell_apart(column):
            continue
        members = _members(table, column, (arm, subject))
        if len({*members}) == len(members) == every:
            return column.name
    return ""


def of_clusters(table: Table, cluster: str) -> set[str]:
    """Columns with one value in each cluster: its place or its number, and no patient's outcome."""
    few = [
        column.name
        for column in table.columns
        if 1 < column.distinct <= table.column(cluster).distinct
    ]
    if table.rows > MOST_ROWS or table.rows < FEWEST_EACH * table.column(cluster).distinct:
        return set()
    rows = cells_of(table, [cluster, *few])
    return {
        name
        for at, name in enumerate(few, start=1)
        if _of_one_level([(row[0], row[at]) for row in rows])
    }


def members_by(table: Table, cluster: str) -> set[str]:
    """Columns of few levels that tell the members of each cluster apart: first and second twin."""
    if table.rows > MOST_ROWS:
        return set()
    most = max(Counter(cells_of(table, [cluster])).values())
    few = [
        column.name
        for column in table.columns
        if column.name != cluster and 1 < column.distinct <= most
    ]
    rows = cells_of(table, [cluster, *few])
    return {
        name
        for at, name in enumerate(few, start=1)
        if len({(row[0], row[at]) for row in rows}) == len(rows)
    }


def numbers_groups(table: Table, subject: str) -> set[str]:
    """Columns that number groups which were randomised, whichever column is the arm: whole numbers,
    of each of which all patients have the same level of another column, and which change between
    its levels more often than the steps of a score that was cut."""
    return {number for number, _ in _drawn_by(table, subject)}


def in_two_stages(table: Table, subject: str, arm: Column) -> str:
    """A sentence where a number of groups has one level of another column each, by which the share
    of the arms differs: groups were then drawn first, and patients within them."""
    for number, drawn in _drawn_by(table, subject):
        rows = cells_of(table, [arm.name, drawn])
        each, none = Counter(row for row in rows if all(row)), sum(not row[1] for row in rows)
        far = any(abs(each[cell] - n) > FAR * n**0.5 for cell, n in expected(each).items())
        if arm.name not in (number, drawn) and far:
            rest = f"{drawn}={','.join(sorted(levels(table.column(drawn)), key=in_order))}"
            return (
                f"All patients of each {number} have one value of {drawn}, and the shares of "
                f"{arm.name} differ by it: {number} may have been randomised to {drawn}, and "
                "patients within it. Patients are compared as if each had been randomised alone."
            ) + f" {none} rows without {drawn} are among them, but for --where {rest}." * (none > 0)
    return ""


def expected(cells: Counter[tuple[str, ...]]) -> dict[tuple[str, ...], float]:
    """The numbers in cells of two columns, were they independent."""
    rows, columns = Counter[str](), Counter[str]()
    for (row, column), n in cells.items():
        rows[row] += n
        columns[column] += n
    return {(a, b): rows[a] * columns[b] / cells.total() for a in rows for b in columns}


def _drawn_by(table: Table, subject: str) -> Iterator[tuple[str, str]]:
    """Whole numbers of groups of patients, each with a column that may have been drawn for them."""
    patients = table.rows if subject == SOURCE_ROW else table.column(subject).distinct
    numbers = [
        column.name
        for column in table.columns
        if column.validation == "integer" and not _of_a_patient(column) and column.name != subject
        if FEWEST_UNNAMED <= column.distinct <= patients / FEWEST_EACH
    ]
    coded = [
        column.name
        for column in table.columns
        if (is_coded(column) or column.validation == "number") and 1 < len(levels(column)) <= MOST
    ]
    if not (numbers and coded) or table.rows > MOST_ROWS:
        return
    rows = cells_of(table, [*numbers, *coded])
    for at, number in enumerate(numbers):
        for place, drawn in enumerate(coded, start=len(numbers)):
            groups = _of_one_level((row[at], row[place]) for row in rows)
            codes = [groups[group] for group in sorted(groups, key=in_order)]
            changes = sum(code != after for code, after in pairwise(codes))
            if groups and _beyond_doses(groups) and changes > 2 * len({*codes}):
                yield number, drawn


def _of_one_level(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The one level of each group; nothing where a group has several."""
    groups: dict[str, str] = {}
    for group, code in pairs:
        if group and code and groups.setdefault(group, code) != code:
            return {}
    return groups


def numbered_in_arms(table: Table, column: Column, known: tuple[Column, str]) -> int:
    """How many groups there are, where they count from 1 on in every arm by their name; `known` are
    the arm and the column of the patients."""
    arm, subject = known
    named = name_words(column.name) & CLUSTERS or rank(column.name, SITES) is not None
    many = table.rows > MOST_ROWS or column.distinct > table.rows / FEWEST_EACH
    # Steps of a scale, as of hours, are no places.
    worded = any(code != label for code, label in column.choices)
    if not named or many or worded or column.constant_within is False:
        return 0
    names = [arm.name, column.name, *([] if subject == SOURCE_ROW else [subject])]
    cells = cells_of(table, names)
    sizes = Counter(row[:2] for row in (cells if subject == SOURCE_ROW else dict.fromkeys(cells)))
    groups = [size for size in sizes if all(size)]
    numbers: dict[str, set[str]] = defaultdict(set)
    for code, text in groups:
        numbers[code].add(text)
    counted = all({str(n + 1) for n in range(len(own))} == own for own in numbers.values())
    several = min(map(len, numbers.values()), default=0) > 1
    return len(groups) if counted and several and sizes.total() >= 2 * len(groups) else 0


def _of_a_patient(column: Column) -> bool:
    """Whether a column is a measure, or the age or the like, which no group was randomised by."""
    return bool(column.validation == "number" or column.bounds or name_words(column.name) & AGES)


def _beyond_doses(groups: Mapping[str, str]) -> bool:
    """Whether so many groups of every arm have it that no dose or stratum of an arm is meant."""
    return len(groups) >= FEWEST_UNNAMED and min(Counter(groups.values()).values()) >= FEWEST_OF_ARM
