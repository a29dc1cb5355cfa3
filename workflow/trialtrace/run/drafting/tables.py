"""From what was given on a command line to profiles: files, folders, data sets of the registry."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow.compute as pc

from trialtrace.base.errors import one_of, wrong
from trialtrace.run.drafting.arms import MOST_ARMS, arms_of, as_codes, without_unrandomised
from trialtrace.run.drafting.cells import Cells, and_joined
from trialtrace.run.drafting.columns import SHOWN as MOST_LEVELS
from trialtrace.run.drafting.columns import column, decimal_sign, with_units
from trialtrace.run.drafting.described import NOTHING
from trialtrace.run.drafting.keys import (
    ROWS_A_VISIT,
    Load,
    ends_in_id,
    fingerprints,
    joined,
    keys_of,
    marks_of,
    may_tell_apart,
    names_subject,
    numbers_visits,
)
from trialtrace.run.drafting.names import (
    CLUSTERS,
    ROW_NUMBERS,
    SEX,
    SITES,
    SUBJECTS,
    SURE_SUBJECTS,
    VISIT_PARTS,
    VISITS,
    identifies,
    rank,
)
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.raw_tables import Found, found
from trialtrace.run.drafting.repeats import cells_behind, kinds_of
from trialtrace.run.drafting.tally import Tally
from trialtrace.run.sources.raw import is_mark, says_drawn
from trialtrace.run.tables.measures import parts, plain
from trialtrace.run.trial.dictionary import is_field

# What tells the rows of a table apart, and which columns are its subject, arm and visit.

# What a column is called that tells patients apart in the whole trial.
WHOLE_NAMES = ("patient_id", "subject_id", "participant_id")
PATIENTS = ("pat", "subj", "usubj", "participant", "proband")
# A subject with a row each may come again in so few of them; rows that are named.
NEARLY, FEWEST_ROWS, MOST_SHOWN = 0.97, 30, 10
MOST_DOUBLED = 0.05
ID = re.compile(r"[a-z]{2,}(id|no|nr|num|number|code)")
ADDRESSES = {"postcode", "zipcode", "postalcode", "phonenumber", "telephonenumber", "phoneno"}
# Columns whose cells are kept for a look at rows, and how many cells of them.
MOST_LOOKED_AT, CELLS_LOOKED_AT = 24, 80_000_000


@dataclass(frozen=True)
class Structure:
    """Ranked candidates, with a sentence each; of the arm also how much speaks for each, and
    whether the first may be taken for it unasked."""

    keys: tuple[tuple[str, ...], ...]
    subject: tuple[str, ...]
    arm: Mapping[str, float]
    visit: tuple[str, ...]
    constant: Mapping[str, bool]
    evidence: Mapping[str, str]
    lacking: Mapping[str, float] = field(default_factory=dict)
    sure_arm: bool = False


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
    if patients:
        subject, why = (() if patients == SOURCE_ROW else (patients,)), {"subject": "It was told."}
    whole = [name for name in subject[:1] if _whole(columns, name, rows) and (name,) not in keys]
    if whole:
        keys, told = ((whole[0],), *keys), f"No two of the {rows} rows have the same {whole[0]}."
    if subject and (repeats := _few_repeats(columns, subject[0], keys, rows, load)):
        keys, told = ((subject[0],), *keys), repeats
        why["repeats"] = repeats
    evidence = dict(why) | {"keys": told}
    constant: dict[str, bool] = {}
    lacking: dict[str, float] = {}
    if subject and (subject[0],) not in keys:
        constant, lacking = _constant(columns, subject[0], load)
        columns = [replace(column, lacking=lacking.get(column.name)) for column in columns]
    if nested := _nested(columns, constant):
        evidence["subject"] += nested
    arms = arms_of(columns, subject, constant, load)
    evidence |= arms.evidence
    visit, why = _visits(columns, keys, subject, constant, load)
    evidence |= why
    if visit and "repeats" in why:
        keys = ((subject[0], visit[0]), *keys)
    return Structure(keys, subject, arms.weights, visit, constant, evidence, lacking, arms.sure)


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
    for place, candidate in enumerate(columns):
        named = rank(candidate.name, SUBJECTS)
        site = rank(candidate.name, SITES) is not None and not _like_id(candidate)
        role = site or plain(candidate.name) in ROW_NUMBERS
        lacks = not candidate.distinct or 2 * candidate.blank > rows
        if role or lacks or not may_tell_apart(candidate):
            continue
        alone = candidate.name in single
        sure = named is not None and named < SURE_SUBJECTS
        if named is not None and (sure or candidate.distinct > 2 or alone):
            # A number of patients that tells all rows apart is theirs, whatever else is called so.
            whole = alone and plain(candidate.name).startswith(PATIENTS)
            subjects.append(((0, named - len(SUBJECTS) * whole), candidate.name))
            why[f"subject.{candidate.name}"] = (
                f"Its name is that of a subject; {candidate.distinct} different."
            )
        elif candidate.distinct > MOST_ARMS and (
            names_subject(candidate.name) or _like_id(candidate)
        ):
            # A patient's id before that of a place; one that tells all rows apart first.
            group = bool({*parts(candidate.name)} & CLUSTERS)
            subjects.append(((1 + group, place - len(columns) * alone), candidate.name))
            why[f"subject.{candidate.name}"] = (
                f"Its name is that of an id; {candidate.distinct} different."
            )
    if not subjects and (beside := _beside_visit(columns, keys)):
        subjects.append(((3, 0), beside))
        why[f"subject.{beside}"] = (
            f"With the visit it tells the rows apart ({' and '.join(keys[0])})."
        )
    none = "No column has the name of a subject: every row would be a subject."
    return _ranked("subject", subjects, why, none)


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
    return named and column.distinct >= NEARLY * column.rows


def _whole(columns: Sequence[Column], name: str, rows: int) -> bool:
    """Whether every row has a value of its own there."""
    return any(one.name == name and one.distinct == rows for one in columns)


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
        visits = [name for name in key if rank(name, VISITS) is not None]
        others = [name for name in key if name not in visits]
        if len(key) == 2 and len(visits) == 1 and levels[others[0]] > MOST_ARMS:
            return others[0]
    return ""


def _nested(columns: Sequence[Column], constant: Mapping[str, bool]) -> str:
    """A sentence where a subject has several sites: each may have numbered its own."""
    sites = _several_sites(columns, constant)
    if not sites:
        return ""
    return f" A subject has several values of {sites[0]}: is each of them numbered anew?"


def _several_sites(columns: Sequence[Column], constant: Mapping[str, bool]) -> list[str]:
    """Sites of which a subject has several."""
    return [
        column.name
        for column in columns
        if rank(column.name, SITES) is not None and constant.get(column.name) is False
    ]


def _constant(
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
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Columns that vary within subjects, by their names; best where each subject has each once."""
    why: dict[str, str] = {}
    visits: list[tuple[tuple[int, int], str]] = []
    if not subject or (subject[0],) in keys:
        return (), {"visit": "Every subject has one row."} if subject else {}
    for place, candidate in enumerate(columns):
        if candidate.name == subject[0] or constant.get(candidate.name, True):
            continue
        named = rank(candidate.name, VISITS)
        if named is None and set(parts(candidate.name)) & set(VISIT_PARTS):
            named = len(VISITS)
        rare = ROWS_A_VISIT * candidate.distinct > candidate.rows
        many = candidate.distinct > MOST_LEVELS and not numbers_visits(candidate.name)
        if named is None or many or rare:
            continue
        marks = load([subject[0], candidate.name])
        pairs = joined([marks[subject[0]], marks[candidate.name]])
        again = len(pairs) - len(np.unique(pairs))
        # A few rows that are there twice make no other visits; they are settled before a run.
        few = len(pairs) >= FEWEST_ROWS and again <= MOST_DOUBLED * len(pairs)
        groups = not again or (few and numbers_visits(candidate.name))
        if again and groups:
            why["repeats"] = (
                f"{subject[0]} and {candidate.name} tell all but {again} of {len(pairs)} rows "
                "apart. The doubled rows have to be settled before a run."
            )
        if plain(candidate.name) == "age" and not groups:
            continue
        visits.append(((0 if groups else 1, 100 * named + place), candidate.name))
        told = (
            "each subject has each level once" if groups else "subjects have levels several times"
        )
        told += f", but for {again} doubled rows" if again and groups else ""
        why[f"visit.{candidate.name}"] = (
            f"Its name is that of a visit; {candidate.distinct} levels; {told}."
        )
    none = "No column that varies within subjects has the name of a visit."
    return _ranked("visit", visits, why, none)


def profile(texts: Sequence[str]) -> tuple[Table, ...]:
    """The tables of files and of data sets of the registry package, as `registry:package/item`.

    They are in the order in which they were given. Paths are absolute or relative to the working
    folder. Raises UserError where one cannot be read.
    """
    tables = tuple(table for key in found(texts) for table in profiles_of(key))
    if not tables:
        raise wrong("the files", "none", "a file, a folder, or registry:package/item")
    return tables


def profiles_of(candidate: Found) -> Iterator[Table]:
    """The profile of one raw table, or of each kind of its rows."""
    check_names(candidate)
    kinds = kinds_of(candidate)
    if kinds == [candidate]:
        yield _profile(candidate, _tallied(candidate.cells), None)
        return
    # One file has one decimal sign.
    sign = decimal_sign(list(_tallied(candidate.cells).values()))
    for kind in kinds:
        yield _profile(kind, _tallied(kind.cells), sign)


def check_names(candidate: Found) -> None:
    """Raise UserError for names of columns that no dictionary can have."""
    bad = [str(at) for at, name in enumerate(candidate.cells.names, start=1) if not is_field(name)]
    if bad:
        fault = f"a name that cannot be used in position {one_of(bad)}"
        need = "names of one line, at most 100 characters, other than not"
        raise wrong(
            f"{candidate.shown}, the header", fault, need, "rename the column in the export"
        )


def _profile(candidate: Found, tallies: dict[str, Tally], of_file: tuple[str, str] | None) -> Table:
    drawn = any(says_drawn(name, tally.values) for name, tally in tallies.items())
    tallies = {name: tally for name, tally in tallies.items() if not is_mark(tally.values)}
    sign, why = of_file or decimal_sign(list(tallies.values()))
    evidence, reading = dict(candidate.evidence), dict(candidate.reading)
    if "separator" in reading or reading.get("format") == "tsv":
        reading["decimal"] = sign
        evidence["decimal"] = why
    else:
        sign = "."
    columns = with_units(
        [
            column(name, tally, candidate.described.get(name, NOTHING), sign)
            for name, tally in tallies.items()
        ]
    )
    rows = next((tally.rows for tally in tallies.values()), 0)
    if not rows:
        need = "rows: types, codes and arms are read out of them"
        raise wrong(candidate.shown, "a header and no row", need, "give an export that has data")
    structure = structure_of(columns, rows, _loader(candidate.cells), candidate.key)
    columns, structure, together = _patients_in_whole(candidate, columns, rows, structure)
    bare = Table(
        name=candidate.name,
        kind=candidate.kind,
        item=candidate.item,
        reading=reading,
        sha256=candidate.sha256,
        rows=rows,
        columns=tuple(columns),
        keys=(),
        subject=(),
        arm=(),
        visit=(),
        evidence=evidence,
        of=candidate.of,
        where=candidate.where,
        drawn=drawn,
        joined=together,
    )
    return _with_structure(bare, structure)


def _with_structure(table: Table, structure: Structure) -> Table:
    return replace(
        table,
        columns=tuple(
            as_codes(without_unrandomised(made)) if each.name in structure.arm else made
            for each in table.columns
            for made in [with_constant(each, structure)]
        ),
        keys=structure.keys,
        subject=structure.subject,
        arm=tuple(structure.arm),
        visit=structure.visit,
        evidence={**table.evidence, **structure.evidence},
        weights=structure.arm,
        sure_arm=structure.sure_arm,
    )


def by_subject(table: Table, patients: str) -> Table:
    """The table as it is where that column, or each row, is a patient: its keys, arms and visits,
    and what is the same in all rows of a patient, are read anew."""
    if patients == (*table.subject, SOURCE_ROW)[0]:
        return table
    load = _loader(cells_behind(table))
    return _with_structure(table, structure_of(table.columns, table.rows, load, (), patients))


def _patients_in_whole(
    candidate: Found, columns: list[Column], rows: int, structure: Structure
) -> tuple[list[Column], Structure, dict[str, tuple[str, ...]]]:
    """The columns with one that tells patients apart in the whole trial, where they are numbered
    within sites: what a patient has, such as the arm or the sex, then varies within a number and
    not within a number of a site."""
    known = {column.name for column in columns}
    name = next((each for each in WHOLE_NAMES if each not in known), "")
    sites = _several_sites(columns, structure.constant)
    groups = [one for one in _wider_ids(columns, structure) if one not in sites]
    for site in (*sites, *groups) if name else ():
        parts = (site, structure.subject[0])
        cells = and_joined(candidate.cells, {name: parts})
        made = _joined_column(cells, name)
        whole = structure_of([*columns, made], rows, _loader(cells), candidate.key)
        told = [one for one, same in whole.constant.items() if same and one not in parts]
        told = [one for one in told if structure.constant.get(one) is False]
        if site in groups and not any(_of_a_person(one) for one in told):
            continue
        if whole.subject[0] == name and (told or (name,) in whole.keys):
            why = f"The same {parts[1]} stands at several values of {site}"
            why += f", where {one_of(told, 3)} differ" if told else ", in one row each"
            text = f"{why}: patients are numbered within it. {name} is both together."
            evidence = {**whole.evidence, "joined": text}
            return [*columns, made], replace(whole, evidence=evidence), {name: parts}
    return columns, structure, {}


def _wider_ids(columns: Sequence[Column], structure: Structure) -> list[str]:
    """Ids of which a patient has several, of more values than there seem to be patients, the most
    first: such as of a household, in which its children are numbered."""
    patients = next((one for one in columns if one.name in structure.subject[:1]), None)
    if patients is None:
        return []
    wider = [
        one
        for one in columns
        if (ends_in_id(one.name) or ID.fullmatch(plain(one.name)))
        and structure.constant.get(one.name) is False
        and one.distinct > patients.distinct
    ]
    return [one.name for one in sorted(wider, key=lambda one: -one.distinct)]


def _of_a_person(name: str) -> bool:
    """Whether a name is of what a person has one of, and a group many: a sex, a day of birth."""
    return rank(name, SEX) is not None or identifies(name)


def _joined_column(cells: Cells, name: str) -> Column:
    return column(name, _tallied(replace(cells, names=[name]))[name], NOTHING, ".")


def with_column(table: Table, name: str, parts: tuple[str, ...]) -> Table:
    """The table with a column that is made of others, the same in all rows of a patient."""
    made = replace(table, joined={**table.joined, name: parts})
    own = replace(
        _joined_column(cells_behind(made), name),
        constant_within=table.column(parts[0]).constant_within,
    )
    return replace(made, columns=(*table.columns, own))


def _tallied(cells: Cells) -> dict[str, Tally]:
    tallies = {name: Tally() for name in cells.names}
    for values in cells.parts():
        for name, tally in tallies.items():
            tally.add(values.column(name))
    return tallies


def _loader(cells: Cells) -> Load:
    """The fingerprints of some columns, read anew at each call."""

    def load(names: Sequence[str]) -> Mapping[str, np.ndarray[tuple[int], np.dtype[np.uint64]]]:
        values: dict[str, list[np.ndarray[tuple[int], np.dtype[np.uint64]]]] = {
            n: [] for n in names
        }
        for cause in cells.of(names):
            for name, several in values.items():
                several.append(fingerprints(pc.utf8_trim_whitespace(cause.column(name))))
        return {name: np.concatenate(several) for name, several in values.items()}

    return load
