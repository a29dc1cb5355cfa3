"""From what was given on a command line to profiles: files, folders, data sets of the registry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.drafting.arms import as_codes, named_arm, with_said_codes, without_unrandomised
from trialtrace.run.drafting.cells import Cells, and_joined, and_split
from trialtrace.run.drafting.clusters import names_few
from trialtrace.run.drafting.columns import column, decimal_sign, with_units
from trialtrace.run.drafting.described import NOTHING, Compared
from trialtrace.run.drafting.dummies import Factor, factors
from trialtrace.run.drafting.keys import Load, fingerprints
from trialtrace.run.drafting.names import CLUSTERS, RELATED, SEX, identifies, name_words, rank
from trialtrace.run.drafting.profile import SOURCE_ROW, ArmOf, Column, Stack, Table, Unread
from trialtrace.run.drafting.raw_tables import Found, found
from trialtrace.run.drafting.redcap import ARM_OF_EVENT, OF_EVENTS, PART_OF_EVENT, events_of_arms
from trialtrace.run.drafting.repeats import cells_behind, found_behind, kinds_of, stacked_behind
from trialtrace.run.drafting.structure import (
    Structure,
    constant_in,
    several_sites,
    structure_of,
    with_constant,
)
from trialtrace.run.drafting.tally import Tally
from trialtrace.run.sources.raw import is_mark, says_drawn

# Evidence that other files give.
FROM_BESIDE = (
    *("described", "set_aside", "crossover", "primary", "sure", "control", "population"),
    *("direction", "late", "groups"),
)
# Evidence of rows that are told apart by their patients.
BY_PATIENTS = ("repeats", "copies", "alike")
# What a column is called that tells patients apart in the whole trial.
WHOLE_NAMES = ("patient_id", "subject_id", "participant_id")


class NoRowsError(UserError):
    """A table without a row, beside which others may be the trial's."""


def profile(texts: Sequence[str]) -> tuple[Table, ...]:
    """The tables of files and of data sets of the registry package, as `registry:package/item`.

    They are in the order in which they were given. Paths are absolute or relative to the working
    folder. Raises UserError where one cannot be read.
    """
    tables: list[Table] = []
    empty: list[UserError] = []
    unread: list[Unread] = []
    for key in found(texts, unread):
        try:
            tables += profiles_of(key)
        except NoRowsError as error:
            empty.append(error)
    if not tables:
        raise next(
            iter([*empty, *(one.fault for one in unread)]),
            wrong("the files", "none", "a file, a folder, or registry:package/item"),
        )
    first = replace(tables[0], unread=tuple(unread))
    said = [f"{one.problems[0].place}: a header and no row." for one in empty]
    if said:
        told = " ".join([first.evidence.get("set_aside", ""), *said]).strip()
        first = replace(first, evidence={**first.evidence, "set_aside": told})
    return (first, *tables[1:])


def profiles_of(candidate: Found) -> Iterator[Table]:
    """The profile of one raw table, or of each kind of its rows."""
    kinds = kinds_of(candidate)
    if kinds == [candidate]:
        yield _profile(candidate, _tallied(candidate.cells), None)
        return
    # One file has one decimal sign.
    sign = decimal_sign(list(_tallied(candidate.cells).values()))
    for kind in kinds:
        yield _profile(kind, _tallied(kind.cells), sign)


def _profile(candidate: Found, tallies: dict[str, Tally], of_file: tuple[str, str] | None) -> Table:
    """The profile of a table, its events of REDCap apart from their arms where a patient has each
    event once."""
    if not candidate.of and (split := events_of_arms(tallies)):
        cells = and_split(candidate.cells, split)
        made = _tallied(replace(cells, names=[*split]))
        apart = replace(candidate, cells=cells, described={**candidate.described, **OF_EVENTS})
        table = _profile_of(apart, tallies | made, of_file)
        if PART_OF_EVENT in table.once and table.column(ARM_OF_EVENT).constant_within:
            return replace(table, split=split)
    return _profile_of(candidate, tallies, of_file)


def _profile_of(
    candidate: Found, tallies: dict[str, Tally], of_file: tuple[str, str] | None
) -> Table:
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
        fault, mend = "a header and no row", "give an export that has data"
        raise NoRowsError(candidate.shown, found=fault, expected=need, do=mend)
    made = tuple(factors(columns, candidate.cells))
    dummies = {part for one in made for part in one.parts}
    cells = and_joined(candidate.cells, {one.name: one.parts for one in made})
    candidate = replace(candidate, cells=cells) if made else candidate
    for one in made:
        told = _tallied(replace(cells, names=[one.name]))[one.name]
        columns.append(column(one.name, told, one.about, "."))
    whole = [one for one in columns if one.name not in dummies]
    structure = structure_of(whole, rows, _loader(cells), candidate.key)
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
        joined=together | {one.name: one.parts for one in made},
        factors=frozenset(one.name for one in made),
        described=candidate.described,
        compared=tuple(_with_factors(one, made) for one in candidate.compared),
    )
    return _with_structure(bare, structure)


def _with_factors(compared: Compared, factors: Sequence[Factor]) -> Compared:
    """What code compares, by a factor in place of the columns that it is made of."""
    whole = {part: one.name for one in factors for part in one.parts}
    return replace(compared, by=tuple(dict.fromkeys(whole.get(name, name) for name in compared.by)))


def _with_structure(table: Table, structure: Structure) -> Table:
    # A part of a factor varies within patients where that does.
    parts = {part: name for name in table.factors for part in table.joined[name]}
    own = {part: structure.constant[n] for part, n in parts.items() if n in structure.constant}
    structure = replace(structure, constant={**structure.constant, **own})
    return replace(
        table,
        columns=tuple(
            with_said_codes(as_codes(without_unrandomised(made)))
            if each.name in structure.arm
            else made
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
        once=structure.once,
    )


def stacked(name: str, stack: Stack) -> Table:
    """The table of several under one another, profiled anew."""
    tables = [one for _, one in stack.parts]
    evidence = {key: why for one in reversed(tables) for key, why in one.evidence.items()}
    of_file = {key for one in tables for key in (*one.reading, "blank", "encoding")}
    of_file.update(key for key in evidence if key.partition(".")[0] in FROM_BESIDE)
    own = {key: why for key, why in evidence.items() if key in of_file}
    described = {key: said for one in reversed(tables) for key, said in one.described.items()}
    raw = replace(stacked_behind(name, stack), described=described, evidence=own)
    raw = replace(raw, compared=tables[0].compared)
    return replace(_profile(raw, _tallied(raw.cells), None), stack=stack)


def of_rows(table: Table, name: str, codes: tuple[str, ...]) -> Table:
    """The table of the rows with one of these codes in a column, or within bounds, profiled anew;
    the column is declared with all of its codes, by which a run chooses the rows."""
    kept = {**table.kept, name: codes}
    raw = found_behind(replace(table, kept=kept))
    beside = {k: why for k, why in table.evidence.items() if k.partition(".")[0] in FROM_BESIDE}
    beside = {**raw.evidence, **beside}
    raw = replace(raw, described=table.described, compared=table.compared, evidence=beside)
    sign = str(table.reading.get("decimal", "."))
    made = _profile(raw, _tallied(raw.cells), (sign, table.evidence.get("decimal", "")))
    old = table.column(name)
    columns = tuple(
        replace(one, type=old.type, validation=old.validation, choices=old.choices)
        if one.name == name
        else one
        for one in made.columns
    )
    made = replace(made, name=table.name, reading=table.reading, stack=table.stack)
    return replace(made, columns=columns, kept=kept)


def by_subject(table: Table, patients: str) -> Table:
    """The table as it is where that column, or each row, is a patient: its keys, arms and visits,
    and what is the same in all rows of a patient, are read anew."""
    if patients == (*table.subject, SOURCE_ROW)[0]:
        return table
    load = _loader(cells_behind(table))
    evidence = {key: why for key, why in table.evidence.items() if key not in BY_PATIENTS}
    structure = structure_of(table.columns, table.rows, load, (), patients)
    return _with_structure(replace(table, evidence=evidence), structure)


def joined_in_sites(table: Table, parts: tuple[str, ...]) -> Table:
    """The table by patients that are numbered within sites, `parts` are both."""
    name = next(each for each in WHOLE_NAMES if all(one.name != each for one in table.columns))
    made = by_subject(with_column(table, name, parts), name)
    text = f"{name} is {' and '.join(parts)} together: patients are numbered within {parts[0]}."
    return replace(made, evidence={**made.evidence, "joined": text})


def joined_like(table: Table, name: str, parts: tuple[str, ...], other: str) -> Table:
    """The table by patients that are joined as those of another are."""
    made = by_subject(with_column(table, name, parts), name)
    text = f"{name} is {' and '.join(parts)} together, as in {other}."
    return replace(made, evidence={**made.evidence, "joined": text})


def _patients_in_whole(
    candidate: Found, columns: list[Column], rows: int, structure: Structure
) -> tuple[list[Column], Structure, dict[str, tuple[str, ...]]]:
    """The columns with one that tells patients apart in the whole trial, where they are numbered
    within sites: what a patient has, such as the arm or the sex, then varies within a number and
    not within a number of a site."""
    known = {column.name for column in columns}
    name = next((each for each in WHOLE_NAMES if each not in known), "")
    sites = several_sites(columns, structure.constant)
    load = _loader(candidate.cells)
    clusters = [one for one in _of_one_arm(columns, structure, load) if one not in sites]
    sites = [*sites, *clusters]
    groups = [one for one in _wider_ids(columns, structure) if one not in sites]
    for site in (*sites, *groups) if name else ():
        parts = (site, structure.subject[0])
        cells = and_joined(candidate.cells, {name: parts})
        made = _joined_column(cells, name)
        whole = structure_of([*columns, made], rows, _loader(cells), candidate.key)
        told = [one for one, same in whole.constant.items() if same and one not in parts]
        told = [one for one in told if structure.constant.get(one) is False]
        family = bool(name_words(site) & RELATED) and (name,) in whole.keys
        if site in groups and not (family or any(_of_a_person(one) for one in told)):
            continue
        if whole.subject[0] == name and (told or (name,) in whole.keys):
            why = f"The same {parts[1]} stands at several values of {site}"
            why += f", where {one_of(told, 3)} differ" if told else ", in one row each"
            text = f"{why}: patients are numbered within it. {name} is both together."
            evidence = {**whole.evidence, "joined": text}
            return [*columns, made], replace(whole, evidence=evidence), {name: parts}
    return columns, structure, {}


def _of_one_arm(columns: list[Column], structure: Structure, load: Load) -> list[str]:
    """Clusters of which a patient's number has several, and another arm: they were randomised, and
    their patients numbered within them."""
    arms = [
        one for one in columns if named_arm(one.name) and structure.constant.get(one.name) is False
    ]
    return [
        one.name
        for one in columns
        if name_words(one.name) & CLUSTERS and structure.constant.get(one.name) is False
        if any(constant_in(arms, one.name, load)[0].values())
    ]


def _wider_ids(columns: Sequence[Column], structure: Structure) -> list[str]:
    """Ids of which a patient has several, of more values than there seem to be patients, the most
    first: such as of a household, in which its children are numbered."""
    patients = next((one for one in columns if one.name in structure.subject[:1]), None)
    if patients is None:
        return []
    wider = [
        one
        for one in columns
        if names_few(one.name)
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


def with_arm_of(table: Table, told: ArmOf) -> Table:
    """The table with the treatments that another has of its rows, its arms read anew."""
    made = replace(table, arm_of=told)
    cells = cells_behind(made)
    about = told.table.described.get(told.column, NOTHING)
    own = column(
        told.column, _tallied(replace(cells, names=[told.column]))[told.column], about, "."
    )
    made = replace(made, columns=(*made.columns, own))
    structure = structure_of(made.columns, made.rows, _loader(cells), (), table.subject[0])
    keys = tuple(key for key in structure.keys if told.column not in key)
    made = _with_structure(made, replace(structure, keys=keys))
    name = f"arm.{told.column}"
    why = f"{made.evidence.get(name, '')} It stands in {told.table.name}, by the patient and "
    why += f"{one_of(told.by)}" + f"; {own.blank} rows have none there" * bool(own.blank) + "."
    return replace(made, evidence={**made.evidence, name: why.strip()})


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
