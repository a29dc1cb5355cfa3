"""From what was given on a command line to profiles: files, folders, data sets of the registry."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from trialtrace.base.errors import Problem, UserError, one_of
from trialtrace.run.drafting.arms import without_unrandomised
from trialtrace.run.drafting.cells import Cells
from trialtrace.run.drafting.columns import column, decimal_sign, with_units
from trialtrace.run.drafting.described import NOTHING
from trialtrace.run.drafting.fingerprints import fingerprints
from trialtrace.run.drafting.keys import Load
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.raw_tables import Found, found
from trialtrace.run.drafting.repeats import kinds_of
from trialtrace.run.drafting.structure import structure_of, with_constant
from trialtrace.run.drafting.tally import Tally
from trialtrace.run.sources.marks import is_mark, says_drawn
from trialtrace.run.trial.dictionary import is_field


def profile(given: Sequence[str]) -> tuple[Table, ...]:
    """The tables of files and of data sets of the registry package, as `registry:package/item`.

    They are in the order in which they were given. Paths are absolute or relative to the working
    folder. Raises UserError where one cannot be read.
    """
    tables = tuple(table for one in found(given) for table in profiles_of(one))
    if not tables:
        raise UserError(
            Problem(
                "the files", found="none", expected="a file, a folder, or registry:package/item"
            )
        )
    return tables


def profiles_of(one: Found) -> Iterator[Table]:
    """The profile of one raw table, or of each kind of its rows."""
    check_names(one)
    kinds = kinds_of(one)
    if kinds == [one]:
        yield _profile(one, _tallied(one.cells), None)
        return
    # One file has one decimal sign.
    sign = decimal_sign(list(_tallied(one.cells).values()))
    for kind in kinds:
        yield _profile(kind, _tallied(kind.cells), sign)


def check_names(one: Found) -> None:
    """Raise UserError for names of columns that no dictionary can have."""
    bad = [str(at) for at, name in enumerate(one.cells.names, start=1) if not is_field(name)]
    if bad:
        raise UserError(
            Problem(
                f"{one.shown}, the header",
                found=f"a name that cannot be used in position {one_of(bad)}",
                expected="names of one line, at most 100 characters, and not any, all or not",
                do="rename the column in the export",
            )
        )


def _profile(one: Found, tallies: dict[str, Tally], of_file: tuple[str, str] | None) -> Table:
    drawn = any(says_drawn(name, tally.values) for name, tally in tallies.items())
    tallies = {name: tally for name, tally in tallies.items() if not is_mark(tally.values)}
    sign, why = of_file or decimal_sign(list(tallies.values()))
    evidence, reading = dict(one.evidence), dict(one.reading)
    if "separator" in reading or reading.get("format") == "tsv":
        reading["decimal"] = sign
        evidence["decimal"] = why
    else:
        sign = "."
    columns = with_units(
        [
            column(name, tally, one.described.get(name, NOTHING), sign)
            for name, tally in tallies.items()
        ]
    )
    rows = next((tally.rows for tally in tallies.values()), 0)
    if not rows:
        raise UserError(
            Problem(
                one.shown,
                found="a header and no row",
                expected="rows: types, codes and arms are read out of them",
                do="give an export that has data",
            )
        )
    structure = structure_of(columns, rows, _loader(one.cells), one.key)
    return Table(
        name=one.name,
        kind=one.kind,
        item=one.item,
        reading=reading,
        sha256=one.sha256,
        rows=rows,
        columns=tuple(
            without_unrandomised(made) if each.name in structure.arm else made
            for each in columns
            for made in [with_constant(each, structure)]
        ),
        keys=structure.keys,
        subject=structure.subject,
        arm=tuple(structure.arm),
        visit=structure.visit,
        evidence=evidence | dict(structure.evidence),
        of=one.of,
        where=one.where,
        drawn=drawn,
        weights=structure.arm,
        sure_arm=structure.sure_arm,
    )


def _tallied(cells: Cells) -> dict[str, Tally]:
    tallies = {name: Tally() for name in cells.names}
    for part in cells.parts():
        for name, tally in tallies.items():
            tally.add(part.column(name))
    return tallies


def _loader(cells: Cells) -> Load:
    """The fingerprints of some columns, read anew at each call."""

    def load(names: Sequence[str]) -> "Mapping[str, np.ndarray[tuple[int], np.dtype[np.uint64]]]":
        import pyarrow.compute as pc

        made: dict[str, list[np.ndarray[tuple[int], np.dtype[np.uint64]]]] = {n: [] for n in names}
        for part in cells.of(names):
            for name, several in made.items():
                several.append(fingerprints(pc.utf8_trim_whitespace(part.column(name))))
        return {name: np.concatenate(several) for name, several in made.items()}

    return load
