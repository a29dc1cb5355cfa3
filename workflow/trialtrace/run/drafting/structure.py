"""What tells the rows of a table apart, and which columns are its subject, arm and visit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from trialtrace.run.drafting.arms import MOST_ARMS, OF_TIME, arms_of
from trialtrace.run.drafting.columns import SHOWN as MOST_LEVELS
from trialtrace.run.drafting.keys import (
    ADDRESSES,
    ROWS_A_VISIT,
    Load,
    joined,
    keys_of,
    marks_of,
    may_tell_people,
    names_subject,
    numbers_visits,
    said_subject,
)
from trialtrace.run.drafting.names import (
    CLUSTERS,
    ROW_NUMBERS,
    SITES,
    SUBJECTS,
    SURE_SUBJECTS,
    VISIT_PARTS,
    VISITS,
    rank,
    speaks_of,
    vocabulary,
)
from trialtrace.run.drafting.profile import SOURCE_ROW, Column
from trialtrace.run.tables.measures import parts, plain

PATIENTS = ("pat", "subj", "usubj", "participant", "proband")
# A subject with a row each may come again in so few of them; rows that are named.
NEARLY, NEARLY_ALL, FEWEST_ROWS, MOST_SHOWN = 0.95, 0.97, 30, 10
MOST_DOUBLED = 0.05
# Visits that a plan has, of which few rows are there twice by a slip.
PLANNED = set(
    vocabulary("""
    visit visite timepoint week weeks wk month months wave session period followup woche monat
    semaine mois settimana mese semana mes""")
)
# Values of a column without the name of a subject that stand once at each visit, and the share of
# visits that they may lack; a visit by its letter: T0, V12, wk6.
FEWEST_AT_VISITS, WHOLE_VISITS = 10, 0.75
MOMENT, ENDS_AS_ID = (
    re.compile("(t|v|w|wk|d|m)[-_ ]?[0-9]{1,3}", re.I),
    re.compile("(id|nr|num|code)$"),
)
ID = re.compile(r"[a-z]{2,}(id|no|nr|num|number|code)")
# Codes of an illness, a drug or a place, which many share.
NO_IDS = {*("icd", "atc", "meddra", "diagnosis", "diag", "drug", "procedure", "ops", "country")}
NO_IDS |= {"region", "area", "ward", "batch", "lot", "product", "version"}
# Rows of each of a handful of values, from which on these may be groups of patients.
MANY_ROWS = 10
# Columns of a key by which copies of rows are left out, at most.
OF_COPIES = 2
# Rows of a subject in the mean, from which on some may be the same by chance.
ROWS_OF_TRIALS = 5
# Columns whose cells are kept for a look at rows, and how many cells of them.
MOST_LOOKED_AT, CELLS_LOOKED_AT = 24, 80_000_000


@dataclass(frozen=True)
class Structure:
    """Ranked candidates, with a sentence each; of the arm also how much speaks for each, and
    whether the first may be taken for it unasked; of visits those that a subject has once."""

    keys: tuple[tuple[str, ...], ...]
    subject: tuple[str, ...]
    arm: Mapping[str, float]
    visit: tuple[str, ...]
    constant: Mapping[str, bool]
    evidence: Mapping[str, str]
    lacking: Mapping[str, float] = field(default_factory=dict)
    sure_arm: bool = False
    once: frozenset[str] = frozenset()


def structure_of(
    columns: Sequence[Column], rows: int, load: Load, said: tuple[str, ...] = (), patients: str = ""
) -> Structure:
    """The structure of a table. `load` gives the fingerprints of some of its columns, by name.

    `said` is the key that a description of the table declares, `patients` the column that a person
    says tells them apart; `source_row` where each row is one.
    """
    if not rows or not columns:
        why = {"keys": "The table has no rows."}
        return Structure((), (), {}, (), {}, why)
    keys, told = keys_of(columns, rows, load, said, patients)
    subject, why = _subjects(columns, keys, rows)
    if not subject and (found := _at_visits(columns, rows, load)):
        name, at = found
        # Every value stands once at each visit: patients, whatever the column is called.
        keys, told = keys_of(columns, rows, load, said, name)
        keys = tuple(dict.fromkeys([(name, at), *keys]))
        subject, why = ((name,), {"subject": f"{name}: each of its values has a row of each {at}."})
    if patients:
        subject, why = (() if patients == SOURCE_ROW else (patients,)), {"subject": "It was told."}
    once = load
    if subject and all(plain(name) in ROW_NUMBERS for key in keys for name in key):
        kept = _without_copies(columns, subject[0], rows, load)
        less = len(kept) < rows
        if less and (trials := _of_trials(load(subject[:1])[subject[0]], kept)):
            why["alike"] = trials
        elif less and _are_events(columns, subject[0], load):
            why["alike"] = (
                f"{rows - len(kept)} of {rows} rows are the same as another in every column. They "
                "tell when something happened and no value, so it may have happened twice, and "
                "each counts: where they are copies, drop them in a copy of the file."
            )
        elif less:
            alone = _in_rows(load, kept)
            whole = () if keys else keys_of(columns, len(kept), alone, said, patients)[0]
            whole = tuple(key for key in whole if len(key) <= OF_COPIES)
            why["copies"] = _of_copies(rows - len(kept), rows, whole)
            if whole:
                keys, told, once = whole, f"{told} {why['copies']}", alone
    if any(_whole(columns, name, rows) and (name,) not in keys for name in subject[:1]):
        keys, told = (subject[:1], *keys), f"No two of the {rows} rows have the same {subject[0]}."
    if subject and (repeats := _few_repeats(columns, subject[0], keys, rows, load)):
        keys, told = ((subject[0],), *keys), repeats
        why["repeats"] = repeats
    evidence = dict(why) | {"keys": told}
    constant: dict[str, bool] = {}
    lacking: dict[str, float] = {}
    if subject and (subject[0],) not in keys:
        constant, lacking = constant_in(columns, subject[0], load)
        columns = [replace(column, lacking=lacking.get(column.name)) for column in columns]
    if nested := _nested(columns, constant):
        evidence["subject"] += nested
    arms = arms_of(columns, subject, constant, load)
    evidence |= arms.evidence
    visit, single, why = _visits(columns, keys, subject, constant, once)
    evidence |= why
    if visit and "repeats" in why:
        keys = ((subject[0], visit[0]), *keys)
    return Structure(
        keys, subject, arms.weights, visit, constant, evidence, lacking, arms.sure, single
    )


def with_constant(column: Column, structure: Structure) -> Column:
    """The column with what is known of it within subjects."""
    known, share = structure.constant.get(column.name), structure.lacking.get(column.name)
    return replace(column, constant_within=known, lacking=share)


def _subjects(
    columns: Sequence[Column], keys: tuple[tuple[str, ...], ...], rows: int
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Columns that may name the subject, and why."""
    why: dict[str, str] = {}
    subjects: list[tuple[tuple[int, int], str]] = []
    single = {key[0] for key in keys if len(key) == 1}
    at_visits = {name for key in keys if any(map(_of_visits, key)) for name in key}
    for place, candidate in enumerate(columns):
        named = rank(candidate.name, SUBJECTS)
        site = rank(candidate.name, SITES) is not None and not _like_id(candidate)
        alone = candidate.name in single
        labelled = alone and said_subject(candidate)
        role = site or (plain(candidate.name) in ROW_NUMBERS and not labelled)
        lacks = not candidate.distinct or 2 * candidate.blank > rows
        if role or lacks or not may_tell_people(candidate) or _labelled_otherwise(candidate):
            continue
        sure = named is not None and named < SURE_SUBJECTS
        if named is not None and (sure or candidate.distinct > 2 or alone):
            # A number of patients that tells all rows apart is theirs, whatever else is called so.
            whole = alone and plain(candidate.name).startswith(PATIENTS)
            subjects.append(((0, named - len(SUBJECTS) * whole), candidate.name))
            why[f"subject.{candidate.name}"] = (
                f"Its name is that of a subject; {candidate.distinct} different."
            )
        elif candidate.distinct > MOST_ARMS and (
            names_subject(candidate.name) or _like_id(candidate) or labelled
        ):
            # A patient's id before that of a place; one that tells all rows apart first.
            group = bool({*parts(candidate.name)} & CLUSTERS)
            whole = alone or candidate.distinct == rows
            if group and not (whole or candidate.name in at_visits):
                continue
            subjects.append(((1 + group, place - len(columns) * alone), candidate.name))
            what = "label is that of a subject" if labelled else "name is that of an id"
            why[f"subject.{candidate.name}"] = f"Its {what}; {candidate.distinct} different."
    if not subjects and (beside := _beside_visit(columns, keys)):
        subjects.append(((3, 0), beside))
        why[f"subject.{beside}"] = (
            f"With the visit it tells the rows apart ({' and '.join(keys[0])})."
        )
    none = "No column has the name of a subject: every row would be a subject."
    return _ranked("subject", subjects, why, none)


def are_few(column: Column) -> bool:
    """Whether a handful of values have many rows each, as groups of patients have."""
    return column.distinct <= MOST_ARMS and column.rows >= MANY_ROWS * column.distinct


def _labelled_otherwise(column: Column) -> bool:
    """Whether a file says of a handful of values with many rows each what they stand for, in words,
    or a label what they are, and neither speaks of subjects: a pid of Republicans."""
    words = {*parts(column.label)}
    told = [label for code, label in column.choices if code not in label and label.isalpha()]
    named = any(rank(word, SUBJECTS) is not None for word in words)
    coded = len(told) == column.distinct and column.type != "yesno"
    return are_few(column) and column.label != column.name and coded and not named


def _at_visits(columns: Sequence[Column], rows: int, load: Load) -> tuple[str, str] | None:
    """A column whose name ends as an id does, of which each value has one row of each level of a
    visit, or nearly, and that column; no groups, whose members may be told apart so."""
    ids = [
        one
        for one in columns
        if FEWEST_AT_VISITS <= one.distinct <= rows / 2 and not one.blank
        if may_tell_people(one)
        and ENDS_AS_ID.search(plain(one.name))
        and not plain(one.name).startswith(tuple(CLUSTERS | set(SITES)))
    ]
    visits = [one for one in columns if 2 <= one.distinct <= MOST_ARMS and _like_visit(one)]
    for one, visit in ((one, visit) for one in ids for visit in visits if not visit.blank):
        marks = load([one.name, visit.name])
        pairs = len(np.unique(joined([marks[one.name], marks[visit.name]])))
        if pairs == rows >= WHOLE_VISITS * one.distinct * visit.distinct:
            return one.name, visit.name
    return None


def _like_visit(column: Column) -> bool:
    """Whether a name, or all levels, are those of visits."""
    return _of_visits(column.name) or (
        len(column.values) == column.distinct
        and all(OF_TIME.fullmatch(text) or MOMENT.fullmatch(text) for text, _ in column.values)
    )


def _of_visits(name: str) -> bool:
    return plain(name) != "age" and speaks_of(name, VISITS, VISIT_PARTS)


def _ranked(
    role: str, candidates: Sequence[tuple[tuple[int, int], str]], why: dict[str, str], none: str
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Candidates for a role from the best on, and why, of the first also under the role itself."""
    ranked = tuple(name for _, name in sorted(candidates))
    return ranked, why | {role: f"{ranked[0]}: {why[f'{role}.{ranked[0]}']}" if ranked else none}


def _like_id(column: Column) -> bool:
    """Whether a name of one word ends in id or in a word for a number, and nearly every row has a
    value of its own; no postcode."""
    name = plain(column.name)
    named = bool(ID.fullmatch(name)) and name not in ADDRESSES
    named = named and not {word.rstrip("0123456789") for word in parts(column.name)} & NO_IDS
    return named and column.distinct >= NEARLY_ALL * column.rows


def _whole(columns: Sequence[Column], name: str, rows: int) -> bool:
    """Whether every row has a value of its own there."""
    return any(column.name == name and column.distinct == rows for column in columns)


def _are_events(columns: Sequence[Column], subject: str, load: Load) -> bool:
    """Whether the rows of a subject are events: a day, or one of many times, with words at most, as
    where it was, and no value that was measured, not even yes or no."""
    constant = constant_in(columns, subject, load)[0]
    free = [one for one in columns if one.name != subject and not constant.get(one.name)]
    free = [one for one in free if plain(one.name) not in ROW_NUMBERS]
    times = [
        one
        for one in free
        if one.validation.startswith("date")
        or (speaks_of(one.name, VISITS, VISIT_PARTS) and one.distinct > MOST_ARMS)
    ]
    rest = [{label.lower() for _, label in one.choices} for one in free if one not in times]
    return bool(times) and all(
        words and not words & {"yes", "no"} and not any(map(str.isdecimal, words)) for words in rest
    )


def _without_copies(
    columns: Sequence[Column], subject: str, rows: int, load: Load
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The rows but those that have the cells of an earlier one in every column but numbers of rows;
    all where rows of a patient differ in few codes alone, and may be the same by chance."""
    numbered = {one.name for one in columns if plain(one.name) in ROW_NUMBERS}
    numbered &= {one.name for one in columns if one.distinct == rows}
    names = [one.name for one in columns if one.name not in numbered]
    many = {one.name for one in columns if one.distinct > MOST_ARMS} - {subject}
    whose = load([subject])[subject]
    people, row, varies = len(np.unique(whose)), whose, False
    several = max(1, min(MOST_LOOKED_AT, CELLS_LOOKED_AT // rows))
    for at in range(0, len(names), several):
        for name, marks in load(names[at : at + several]).items():
            row = joined([row, marks])
            varies = varies or (name in many and len(np.unique(joined([whose, marks]))) > people)
    kept = np.sort(np.unique(row, return_index=True)[1])
    return kept if varies else np.arange(rows)


def _in_rows(load: Load, kept: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Load:
    return lambda names: {name: marks[kept] for name, marks in load(names).items()}


def _of_trials(
    whose: "np.ndarray[tuple[int], np.dtype[np.uint64]]",
    kept: "np.ndarray[tuple[int], np.dtype[np.int64]]",
) -> str:
    """A sentence on rows that are the same as others of their subject by chance: those of most, who
    have many, as trials of an experiment or answers of few values; nothing of a file that was
    appended to itself whole, which has each row as often."""
    rows, people = len(whose), len(np.unique(whose))
    again = len(np.unique(np.delete(whose, kept)))
    few = rows < ROWS_OF_TRIALS * people or 2 * again < people
    if few or rows % len(kept) == 0:
        return ""
    return (
        f"{rows - len(kept)} of {rows} rows are the same as another of their subject in every "
        f"column, in {again} of {people} subjects with {rows / people:.0f} rows each in the mean: "
        "trials of a person may be the same by chance, and each counts."
    )


def _of_copies(n: int, rows: int, keys: Sequence[tuple[str, ...]]) -> str:
    """A sentence on rows that are copies of others; a run leaves out those of the same key."""
    said = f"{n} of {rows} rows are exact copies of another in every column"
    if keys:
        own = ", ".join(keys[0])
        return (
            f"{said}: a run leaves them out, by the key {own}. Where each is a row of its own, "
            "`key: [source_row]` in trial.yaml keeps it."
        )
    return f"{said}, and each counts: drop them in a copy of the file, unless each is its own row."


def _few_repeats(
    columns: Sequence[Column],
    subject: str,
    keys: tuple[tuple[str, ...], ...],
    rows: int,
    load: Load,
) -> str:
    """A sentence on the rows in which a subject comes again, where nearly all have one row; nothing
    where the subject has several rows by design, or none."""
    column = next(one for one in columns if one.name == subject)
    if (subject,) in keys or column.blank or rows < FEWEST_ROWS or column.distinct < NEARLY * rows:
        return ""
    _, whose, counts = np.unique(load([subject])[subject], return_inverse=True, return_counts=True)
    again = np.flatnonzero(counts[whose] > 1)
    text = ", ".join(str(at + 1) for at in again[:MOST_SHOWN])
    more = f" and {len(again) - MOST_SHOWN} more" if len(again) > MOST_SHOWN else ""
    return (
        f"{subject} tells all but {rows - column.distinct} of {rows} rows apart; it comes again in "
        f"the rows {text}{more} of the data. They have to be settled before a run."
    )


def _beside_visit(columns: Sequence[Column], keys: tuple[tuple[str, ...], ...]) -> str:
    """The other column of a key of two, of which one is a visit by its name."""
    levels = {column.name: column.distinct for column in columns}
    for key in keys:
        visits = [name for name in key if rank(name, VISITS) is not None and _of_visits(name)]
        others = [name for name in key if name not in visits]
        if len(key) == 2 and len(visits) == 1 and levels[others[0]] > MOST_ARMS:
            return others[0]
    return ""


def _nested(columns: Sequence[Column], constant: Mapping[str, bool]) -> str:
    """A sentence where a subject has several sites: each may have numbered its own."""
    sites = several_sites(columns, constant)
    if not sites:
        return ""
    return f" A subject has several values of {sites[0]}: is each of them numbered anew?"


def several_sites(columns: Sequence[Column], constant: Mapping[str, bool]) -> list[str]:
    """Sites of which a subject has several."""
    return [
        column.name
        for column in columns
        if rank(column.name, SITES) is not None and constant.get(column.name) is False
    ]


def constant_in(
    columns: Sequence[Column], subject: str, load: Load
) -> tuple[dict[str, bool], dict[str, float]]:
    """Which columns have no two values in the rows of a subject; of these the share of subjects
    without any. Cells without a value do not count: an arm may stand in the first row alone.
    Columns are read a few at a time."""
    made: dict[str, bool] = {}
    lacking: dict[str, float] = {}
    absent = {column.name: marks_of(["", *column.missing_codes]) for column in columns}
    names = [column.name for column in columns if column.name != subject]
    subjects, whose = np.unique(load([subject])[subject], return_inverse=True)
    several = max(1, min(MOST_LOOKED_AT, CELLS_LOOKED_AT // len(whose)))
    for at in range(0, len(names), several):
        part = load(names[at : at + several])
        for name, marks in part.items():
            there = np.flatnonzero(~np.isin(marks, absent[name]))
            first = np.zeros(len(subjects), dtype=np.uint64)
            # Of several rows of a subject the last assignment stays, hence backwards.
            first[whose[there[::-1]]] = marks[there[::-1]]
            made[name] = bool(np.all(marks[there] == first[whose[there]]))
            if made[name]:
                lacking[name] = 1 - len(np.unique(whose[there])) / len(subjects)
    return made, lacking


def _visits(
    columns: Sequence[Column],
    keys: tuple[tuple[str, ...], ...],
    subject: tuple[str, ...],
    constant: Mapping[str, bool],
    load: Load,
) -> tuple[tuple[str, ...], frozenset[str], dict[str, str]]:
    """Columns that vary within subjects, by their names; which of them a subject has once, but for
    rows that are there twice, which are best; and why."""
    why: dict[str, str] = {}
    visits: list[tuple[tuple[int, int], str]] = []
    if not subject or (subject[0],) in keys:
        return (), frozenset(), {"visit": "Every subject has one row."} if subject else {}
    for place, candidate in enumerate(columns):
        if candidate.name == subject[0] or constant.get(candidate.name, True):
            continue
        named = rank(candidate.name, VISITS)
        if named is None and set(parts(candidate.name)) & set(VISIT_PARTS):
            named = len(VISITS)
        rare = ROWS_A_VISIT * candidate.distinct > candidate.rows
        named = len(VISITS) + 1 if named is None and _like_visit(candidate) else named
        many = candidate.distinct > MOST_LEVELS and not numbers_visits(candidate.name)
        if named is None or many or rare:
            continue
        marks = load([subject[0], candidate.name])
        pairs = joined([marks[subject[0]], marks[candidate.name]])
        again = len(pairs) - len(np.unique(pairs))
        # A few rows that are there twice make no other visits; they are settled before a run.
        few = len(pairs) >= FEWEST_ROWS and again <= MOST_DOUBLED * len(pairs)
        planned = numbers_visits(candidate.name) or plain(candidate.name) in PLANNED
        groups = not again or (few and planned)
        if again and groups:
            why["repeats"] = (
                f"{subject[0]} and {candidate.name} tell all but {again} of {len(pairs)} rows "
                "apart. The doubled rows have to be settled before a run."
            )
        if plain(candidate.name) == "age" and not groups:
            continue
        visits.append(((0 if groups else 1, 100 * named + place), candidate.name))
        told = "no subject has a level twice" if groups else "subjects have levels several times"
        told += f", but for {again} doubled rows" if again and groups else ""
        why[f"visit.{candidate.name}"] = (
            f"Its name is that of a visit; {candidate.distinct} levels; {told}."
        )
    none = "No column that varies within subjects has the name of a visit."
    once = frozenset(name for (several, _), name in visits if not several)
    ranked, why = _ranked("visit", visits, why, none)
    return ranked, once, why
