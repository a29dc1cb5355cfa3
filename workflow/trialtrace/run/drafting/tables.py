"""From what was given on a command line to profiles: files, folders, data sets of the registry."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
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


def profile(texts: Sequence[str]) -> tuple[Table, ...]:
    """The tables of files and of data sets of the registry package, as `registry:package/item`.

    They are in the order in which they were given. Paths are absolute or relative to the working
    folder. Raises UserError where one cannot be read.
    """
    tables = tuple(table for key in found(texts) for table in profiles_of(key))
    if not tables:
        raise UserError(
            "the files", found="none", expected="a file, a folder, or registry:package/item"
        )
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
        raise UserError(
            f"{candidate.shown}, the header",
            found=f"a name that cannot be used in position {one_of(bad)}",
            expected="names of one line, at most 100 characters, and not any, all or not",
            do="rename the column in the export",
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
        raise UserError(
            candidate.shown,
            found="a header and no row",
            expected="rows: types, codes and arms are read out of them",
            do="give an export that has data",
        )
    structure = structure_of(columns, rows, _loader(candidate.cells), candidate.key)
    return Table(
        name=candidate.name,
        kind=candidate.kind,
        item=candidate.item,
        reading=reading,
        sha256=candidate.sha256,
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
        of=candidate.of,
        where=candidate.where,
        drawn=drawn,
        weights=structure.arm,
        sure_arm=structure.sure_arm,
    )


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
