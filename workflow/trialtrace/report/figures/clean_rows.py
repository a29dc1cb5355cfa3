"""Rows of a clean table beside their subjects and arms, for figures of what was given and done."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.report.figures.picture import Given
from trialtrace.report.material import Material
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.tables.conditions import met
from trialtrace.run.tables.contracts import CLEAN, read_table
from trialtrace.run.tables.frames import Predicate

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class CleanRows:
    """Rows in the order of their source; `subject` and `arm` (by its name) of each, shape (n,)."""

    table: "pa.Table"
    subject: np.ndarray
    arm: np.ndarray

    def numbers(self, column: str) -> np.ndarray:
        """A column as numbers; a date or the day of a moment is counted from 1970, what is missing
        is NaN."""
        import pyarrow as pa

        values = self.table[column].combine_chunks()
        if pa.types.is_timestamp(values.type):
            values = values.cast(pa.date32(), safe=False)
        if pa.types.is_date(values.type):
            values = values.cast(pa.int32())
        return values.cast(pa.float64()).to_numpy(zero_copy_only=False)

    def met(self, condition: Predicate) -> np.ndarray:
        """Whether each row surely meets a condition."""
        return met(condition, self.table).to_numpy(zero_copy_only=False)

    def chosen(self, mask: np.ndarray) -> "CleanRows":
        import pyarrow as pa

        return CleanRows(self.table.filter(pa.array(mask)), self.subject[mask], self.arm[mask])


def clean_rows(material: Material, asked: Given) -> CleanRows:
    """The rows behind the display's endpoint, of the subjects of the display's population.

    They meet the `where` of the endpoint and that of the display.
    """
    entry = material.trial.endpoints[asked["endpoint"]].entry
    return table_rows(material, entry.table, asked["population"], (entry.where, asked.get("where")))


def table_rows(
    material: Material, name: str, population: str, conditions: Iterable[Given | None]
) -> CleanRows:
    """The rows of a clean table of the subjects of a population that meet the conditions."""
    import pyarrow.compute as pc

    trial = material.trial
    table = read_table(material.folder / "clean" / f"{name}.parquet", CLEAN)
    adsl = material.tracer.frames.table("adsl")
    flag = trial.populations[population].flag
    inside = adsl.filter(pc.equal(adsl[flag], "Y"))
    keys = column_text(table[trial.tables[name].subject].combine_chunks(), f"clean table {name}")
    at = pc.index_in(keys, value_set=inside["SUBJID"].combine_chunks())
    known = pc.is_valid(at)
    table, at = table.filter(known), at.filter(known)
    arm = _own_arm(material, table, name)
    if arm is None:
        # A subject with two treatments has no arm of its own.
        arm = pc.fill_null(inside["TRT01P"].combine_chunks().take(at), ALL)
    subject = inside["USUBJID"].combine_chunks().take(at)
    found = CleanRows(
        table,
        subject.to_numpy(zero_copy_only=False).astype(str),
        arm.to_numpy(zero_copy_only=False).astype(str),
    )
    for condition in conditions:
        found = found if condition is None else found.chosen(found.met(condition))
    return found


def _own_arm(material: Material, table: "pa.Table", name: str) -> "pa.Array | None":
    """The arm of each row where the table has one, as the sides of a body can."""
    from trialtrace.run.endpoints.coded_values import decode

    column = material.trial.tables[name].arm
    if column is None or name == material.trial.subjects.table:
        return None
    meanings = {arm.code: arm.name for arm in material.trial.design.arms.values()}
    return decode(table[column].combine_chunks(), meanings, f"clean table {name}, column {column}")
