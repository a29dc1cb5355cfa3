"""What tells the rows of a table apart, and which columns are its subject, arm and visit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.drafting.fingerprints import joined, unique
from trialtrace.drafting.names import (
    ARM_PARTS,
    ARMS,
    PARAMETERS,
    REPEATS,
    ROW_NUMBERS,
    SITES,
    SUBJECTS,
    SURE_SUBJECTS,
    TREATED,
    VISIT_PARTS,
    VISITS,
    parts,
    plain,
    rank,
)
from trialtrace.drafting.profile import Column

if TYPE_CHECKING:
    from trialtrace.drafting.fingerprints import Numbers

# Columns that are tried for a key, and columns of one key.
MOST_TRIED, LONGEST_KEY, MOST_KEYS = 9, 4, 5
MOST_ARMS, MOST_VISITS = 8, 60
# Columns of a table whose cells are kept for a look at rows.
MOST_LOOKED_AT = 24
SAMPLE = 20_000
# The smallest arm, as a share of the largest.
BALANCED = 0.4

Load = Callable[[Sequence[str]], "Mapping[str, Numbers]"]


@dataclass(frozen=True)
class Structure:
    """Ranked candidates, with a sentence each."""

    keys: tuple[tuple[str, ...], ...]
    subject: tuple[str, ...]
    arm: tuple[str, ...]
    visit: tuple[str, ...]
    constant: Mapping[str, bool]
    evidence: Mapping[str, str]


def structure_of(
    columns: Sequence[Column], rows: int, load: Load, said: tuple[str, ...] = ()
) -> Structure:
    """The structure of a table. `load` gives the fingerprints of some of its columns, by name.

    `said` is the key that a description of the table declares.
    """
    if not rows or not columns:
        why = {"keys": "The table has no rows."}
        return Structure((), (), (), (), {}, why)
    ordered = sorted(enumerate(columns), key=lambda at: _id_order(at[1], at[0]))
    tried = [one for _, one in ordered if _may_be_key(one)][:MOST_TRIED]
    marks = dict(load([one.name for one in tried]))
    counted = [one for one in tried if plain(one.name) not in ROW_NUMBERS]
    keys = _keys(counted, marks, rows) or _keys(tried, marks, rows)
    subject, why = _subjects(columns, keys, rows)
    evidence = dict(why)
    evidence["keys"] = _told_keys(keys, rows, tried)
    if said:
        keys, evidence["keys"] = _said_key(said, keys, evidence["keys"], load)
    constant: dict[str, bool] = {}
    if subject and len(np.unique(marks.get(subject[0], np.empty(0)))) not in (0, rows):
        constant = _constant(columns, subject[0], load)
    arm, why = _arms(columns, constant)
    evidence |= why
    visit, why = _visits(columns, keys, subject, constant, load)
    evidence |= why
    return Structure(keys, subject, arm, visit, constant, evidence)


def with_constant(column: Column, structure: Structure) -> Column:
    """The column with what is known of it within subjects."""
    return replace(column, constant_within=structure.constant.get(column.name))


def _whole(column: Column) -> bool:
    return column.validation != "number"


def _may_be_key(column: Column) -> bool:
    """Nothing with decimals, long texts or gaps tells rows apart."""
    return (
        _whole(column)
        and column.type not in ("notes", "checkbox")
        and not column.blank
        and not column.missing_codes
        and column.distinct > 1
    )


def _id_order(column: Column, place: int) -> tuple[int, int, int]:
    """The names of subjects first, then of visits and the like, then the order of the file."""
    if _names_subject(column.name):
        named = rank(column.name, SUBJECTS)
        return 0, named if named is not None else len(SUBJECTS), place
    for group, names in enumerate((VISITS, PARAMETERS, REPEATS, SITES), start=1):
        if (named := rank(column.name, names)) is not None:
            return group, named, place
    if set(parts(column.name)) & set(VISIT_PARTS):
        return 1, len(VISITS), place
    if plain(column.name) in ROW_NUMBERS:
        return 6, 0, place
    return (
        (5, 0, place)
        if place == 0
        else (7, column.distinct if column.type == "text" else 10**9, place)
    )


def _ends_in_id(name: str) -> bool:
    words = parts(name)
    return bool(words) and (words[-1] == "id" or (len(words) > 1 and words[0] == "id"))


def _keys(
    tried: Sequence[Column], marks: "Mapping[str, Numbers]", rows: int
) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of columns that tell every row apart, those with a subject first.

    Another column may be different in every row of a small table by chance.
    """
    distinct = {one.name: len(np.unique(marks[one.name])) for one in tried}
    names = [one.name for one in tried]
    subjects = {name for name in names if _names_subject(name)}

    def smallest(wanted: Callable[[tuple[str, ...]], bool]) -> list[tuple[str, ...]]:
        for length in range(1, LONGEST_KEY + 1):
            found: list[tuple[str, ...]] = []
            for key in combinations(names, length):
                counts = [distinct[name] for name in key]
                if (
                    len(found) < MOST_KEYS
                    and wanted(key)
                    and _unique_rows([marks[name] for name in key], counts, rows)
                ):
                    found.append(key)
            if found:
                return found
        return []

    first = smallest(lambda key: bool(subjects & set(key)))
    others = smallest(lambda key: not subjects & set(key))
    return tuple([*first, *others][:MOST_KEYS])


def _names_subject(name: str) -> bool:
    return rank(name, SUBJECTS) is not None or _ends_in_id(name)


def _unique_rows(columns: "list[Numbers]", distinct: list[int], rows: int) -> bool:
    """Whether no two rows have the same cells; a part of the rows is looked at first."""
    most = 1
    for one in distinct:
        most *= one
    if most < rows:
        return False
    if rows > SAMPLE and not unique(joined([one[:SAMPLE] for one in columns])):
        return False
    return unique(joined(columns))


def _said_key(
    said: tuple[str, ...], keys: tuple[tuple[str, ...], ...], why: str, load: Load
) -> tuple[tuple[tuple[str, ...], ...], str]:
    """The declared key first, where it tells the rows apart."""
    marks = load(said)
    names = " with ".join(said)
    if unique(joined([marks[name] for name in said])):
        others = tuple(key for key in keys if key != said)
        return (said, *others), f"{names} is the declared key, and no two rows share it."
    return keys, f"{names} is the declared key, but rows share it. {why}"


def _told_keys(keys: tuple[tuple[str, ...], ...], rows: int, tried: Sequence[Column]) -> str:
    if keys:
        return f"No two of the {rows} rows have the same {' and '.join(keys[0])}."
    names = ", ".join(one.name for one in tried) or "none can be one"
    return (
        f"No {LONGEST_KEY} or fewer of the columns looked at tell all {rows} rows apart ({names}): "
        "the key is the place of the row (source_row)."
    )


def _subjects(
    columns: Sequence[Column], keys: tuple[tuple[str, ...], ...], rows: int
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Columns that may name the subject, and why."""
    why: dict[str, str] = {}
    found: list[tuple[tuple[int, int], str]] = []
    single = {key[0] for key in keys if len(key) == 1}
    for place, one in enumerate(columns):
        named = rank(one.name, SUBJECTS)
        if not _whole(one) or one.type in ("notes", "checkbox") or not one.distinct:
            continue
        if plain(one.name) in ROW_NUMBERS or rank(one.name, SITES) is not None:
            continue
        if 2 * one.blank > rows:
            continue
        sure = named is not None and named < SURE_SUBJECTS
        if named is not None and (sure or one.distinct > MOST_ARMS or one.name in single):
            found.append(((0, named), one.name))
            why[f"subject.{one.name}"] = f"Its name is that of a subject; {one.distinct} different."
        elif _ends_in_id(one.name) and one.distinct > MOST_ARMS:
            found.append(((1, place), one.name))
            why[f"subject.{one.name}"] = f"Its name ends in id; {one.distinct} different."
    ranked = tuple(name for _, name in sorted(found))
    if ranked:
        why["subject"] = f"{ranked[0]}: {why[f'subject.{ranked[0]}']}"
    else:
        why["subject"] = "No column has the name of a subject: every row would be a subject."
    return ranked, why


def _constant(columns: Sequence[Column], subject: str, load: Load) -> dict[str, bool]:
    """Which columns have one value in all rows of a subject; columns are read a few at a time."""
    made: dict[str, bool] = {}
    names = [one.name for one in columns if one.name != subject]
    rows = load([subject])[subject]
    _, first, whose = np.unique(rows, return_index=True, return_inverse=True)
    for at in range(0, len(names), MOST_LOOKED_AT):
        part = load(names[at : at + MOST_LOOKED_AT])
        for name, marks in part.items():
            made[name] = bool(np.all(marks[first][whose] == marks))
    return made


def _arms(
    columns: Sequence[Column], constant: Mapping[str, bool]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Columns that may be the arm: few levels, constant within subjects, a name or words."""
    why: dict[str, str] = {}
    found: list[tuple[tuple[float, int], str]] = []
    for place, one in enumerate(columns):
        levels = one.distinct
        if not 2 <= levels <= MOST_ARMS or one.validation == "number" or 2 * one.blank > one.rows:
            continue
        score, told = _arm_score(one)
        if constant.get(one.name) is False:
            score, told = score - 3, [*told, "it varies within subjects"]
        if score < 2:
            continue
        found.append(((-score, place), one.name))
        why[f"arm.{one.name}"] = f"It has {levels} levels; {'; '.join(told)}."
    ranked = tuple(name for _, name in sorted(found))
    if ranked:
        why["arm"] = f"{ranked[0]}: {why[f'arm.{ranked[0]}']}"
    else:
        why["arm"] = "No column of few levels has the name or the levels of an arm."
    return ranked, why


def _arm_score(one: Column) -> tuple[float, list[str]]:
    told, score = [], 0.0
    named = rank(one.name, ARMS)
    if named is not None:
        score += 4 - 2 * named / len(ARMS)
        told.append("its name is that of an arm")
    elif set(parts(one.name)) & set(ARM_PARTS):
        score += 2
        told.append("its name speaks of an arm")
    elif any(
        word in one.label.lower()
        for word in (
            "treatment arm",
            "study arm",
            "randomis",
            "randomiz",
            "treatment group",
            "allocat",
        )
    ):
        score += 3
        told.append("its label is that of an arm")
    words = [*(text for text, _ in one.values), *(label for _, label in one.choices)]
    if any(TREATED.search(word) for word in words):
        score += 2
        told.append("its levels read like treatments")
    counts = [count for _, count in one.values]
    if counts and min(counts) >= BALANCED * max(counts):
        score += 1
        told.append(f"they are balanced ({', '.join(map(str, counts))} rows)")
    if one.distinct == 2:
        score += 0.5
    return score, told


def _visits(
    columns: Sequence[Column],
    keys: tuple[tuple[str, ...], ...],
    subject: tuple[str, ...],
    constant: Mapping[str, bool],
    load: Load,
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Columns that vary within subjects, by their names; best where each subject has each once."""
    why: dict[str, str] = {}
    found: list[tuple[tuple[int, int], str]] = []
    if not subject or (subject[0],) in keys:
        return (), {"visit": "Every subject has one row."} if subject else {}
    for place, one in enumerate(columns):
        if one.name == subject[0] or constant.get(one.name, True):
            continue
        named = rank(one.name, VISITS)
        if named is None and set(parts(one.name)) & set(VISIT_PARTS):
            named = len(VISITS)
        if named is None or one.distinct > MOST_VISITS:
            continue
        marks = load([subject[0], one.name])
        once = unique(joined([marks[subject[0]], marks[one.name]]))
        found.append(((0 if once else 1, 100 * named + place), one.name))
        told = "each subject has each level once" if once else "subjects have levels several times"
        why[f"visit.{one.name}"] = f"Its name is that of a visit; {one.distinct} levels; {told}."
    ranked = tuple(name for _, name in sorted(found))
    if ranked:
        why["visit"] = f"{ranked[0]}: {why[f'visit.{ranked[0]}']}"
    else:
        why["visit"] = "No column that varies within subjects has the name of a visit."
    return ranked, why
