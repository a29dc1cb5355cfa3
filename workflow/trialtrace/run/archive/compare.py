"""Two kept runs of a trial, held against each other: what changed, from the export to the audit."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.audit.printed.verdicts import OLD_WORDS
from trialtrace.base.config.changes import KeyChange, configuration_changes
from trialtrace.base.errors import UserError
from trialtrace.run.archive.code_changes import CodeChange, code_changes
from trialtrace.run.archive.kept_tables import KeptTable, kept_table
from trialtrace.run.archive.moved import moved_keys
from trialtrace.run.archive.shelf import Kept, Manifest, Shelf
from trialtrace.run.archive.table_changes import TableChange, aligned_change, keyed_change
from trialtrace.run.tables.contracts.definitions import VERSION as CONTRACT
from trialtrace.run.trial.frozen import FOLDER as FROZEN

# What names a derived row whatever its number is; of equal ones the first goes with the first.
DERIVED_KEYS = {
    "adsl": ("USUBJID",),
    "bds": ("USUBJID", "PARAMCD", "AVISIT", "LOC", "LAT"),
    "adtte": ("USUBJID", "PARAMCD"),
    "occds": ("USUBJID", "PARAMCD", "TERM", "ADT"),
}
NUMBERING = ("ASEQ",)
# Where a raw row stands, which changes with every line before it.
PLACES = ("source_file", "source_row")
RESULT_KEY, CLAIM_KEY = ("result_id",), ("claim_id", "component", "reading")
# What a reader of a result can see of it.
SEEN = (
    "stat_value",
    "ci_low",
    "ci_high",
    "ci_level",
    "n_used",
    "denominator",
    "seed",
    "n_draws",
    "mc_se",
    "stat_text",
    "unit",
    "options",
    "error",
    "warning",
)
# The version of the data contracts that today's differs from by the words for states alone.
OF_OLD_WORDS = 2
VERDICTS = ("against_data", "on_print", "decision", "recomputed_text")
CONFIG, RAW = "config/", "raw"


@dataclass(frozen=True)
class RunOfTrial:
    """A kept run, and its files in a folder of their own for as long as it is compared."""

    shelf: Shelf
    kept: Kept
    folder: Path

    @property
    def name(self) -> str:
        return self.kept["run"]

    @cached_property
    def manifest(self) -> Manifest:
        """What the run held. Raises UserError where its tables keep a contract that is not read."""
        manifest = self.shelf.manifest(self.name)
        if manifest["contract"] not in (CONTRACT, OF_OLD_WORDS):
            raise UserError(
                f"run {self.name} of {self.shelf.trial}",
                found=f"tables that keep version {manifest['contract']} of the data contracts",
                expected=f"version {CONTRACT}, which this trialtrace compares",
                do="compare it with the trialtrace that kept it",
            )
        return manifest

    @cached_property
    def configuration(self) -> dict[str, bytes]:
        """Each file of the configuration that the run read, but copies of a frozen plan."""
        files = self.manifest["files"].items()
        return {
            name: self.shelf.file(one)
            for name, one in files
            if name.startswith(CONFIG) and f"/{FROZEN}/" not in name
        }

    @cached_property
    def tables(self) -> dict[str, KeptTable]:
        """The tables of the run by their paths below results/<trial>, without their extensions."""
        tables = self.manifest["tables"].items()
        return {path.removesuffix(".parquet"): kept for path, kept in tables}

    def table(self, name: str) -> pa.Table | None:
        """A table of the run, by its path below results/<trial>."""
        kept = self.tables.get(name)
        table = kept_table(kept, self.shelf.objects) if kept else None
        if table is None or name != "audit/claims" or self.manifest["contract"] == CONTRACT:
            return table
        for column, words in OLD_WORDS.items():
            states = [words.get(state, state) for state in table[column].to_pylist()]
            at = table.schema.get_field_index(column)
            table = table.set_column(at, column, pa.array(states, pa.string()))
        return table

    @cached_property
    def files(self) -> Path:
        """The folder with the run's tables as files, for what reads files."""
        self.shelf.restore(self.name, self.folder)
        return self.folder


class Comparison:
    """What changed from an older to a newer run of a trial. Each part is found when first asked.

    Raises UserError where a kept run is not whole.
    """

    def __init__(self, shelf: Shelf, old: Kept, new: Kept):
        self._space = tempfile.TemporaryDirectory(prefix="trialtrace-")
        space = Path(self._space.name)
        self.old = RunOfTrial(shelf, old, space / "old")
        self.new = RunOfTrial(shelf, new, space / "new")

    def close(self) -> None:
        """Remove the files that were written out."""
        self._space.cleanup()

    @cached_property
    def raw(self) -> list[TableChange]:
        """Changes of the export, a table each."""
        return [
            aligned_change(name, *_both(before, after), PLACES)
            for name, *tables in self._changed(f"{RAW}/")
            for before, after in [map(as_read, tables)]
        ]

    @cached_property
    def derived(self) -> list[TableChange]:
        """Changes of the derived data sets."""
        table_changes = []
        for name, before, after in self._changed("derived/"):
            dataset = name.removeprefix("derived/")
            if dataset in DERIVED_KEYS:
                tables = _both(before, after)
                key = DERIVED_KEYS[dataset]
                table_changes.append(keyed_change(dataset, *tables, key, NUMBERING))
        return [change for change in table_changes if change]

    @cached_property
    def results(self) -> TableChange:
        """Changes of results: what a reader can see of them."""
        return self._of("analysis/results", RESULT_KEY, SEEN)

    @cached_property
    def verdicts(self) -> TableChange:
        """Changes of what the audit says of published numbers."""
        return self._of("audit/claims", CLAIM_KEY, VERDICTS)

    @cached_property
    def configuration(self) -> list[KeyChange]:
        return list(configuration_changes(self.old.configuration, self.new.configuration))

    @cached_property
    def moved(self) -> list[KeyChange]:
        """The changed keys that say where raw tables come from, and not what is in them."""
        return list(moved_keys(self.configuration))

    @cached_property
    def code(self) -> list[CodeChange]:
        """The rooms of the code that changed."""
        old, new = ((run.kept, run.shelf.code_of(run.manifest)) for run in (self.old, self.new))
        return list(code_changes(self.old.shelf.at.code, old, new))

    @cached_property
    def environment(self) -> bool:
        """Whether packages or Python are others."""
        return self.old.manifest["environment"] != self.new.manifest["environment"]

    @cached_property
    def results_of_runs(self) -> "tuple[dict[str, Row], dict[str, Row]]":
        """Every result of the older and of the newer run."""
        tables = [run.table("analysis/results") for run in (self.old, self.new)]
        old, new = (
            {str(row["result_id"]): row for row in table.to_pylist()} if table is not None else {}
            for table in tables
        )
        return old, new

    @cached_property
    def rows_of_results(self) -> "dict[str, tuple[Row | None, Row | None]]":
        """Old and new row of each result that changed, in the order of the new run."""
        change, (old, new) = self.results, self.results_of_runs
        listed_old, listed_new = list(old), list(new)
        changed = {str(cell.key[0]) for cell in change.cells}
        changed |= {listed_new[at] for at in change.new} | {listed_old[at] for at in change.gone}
        order = [*listed_new, *(name for name in listed_old if name not in new)]
        return {name: (old.get(name), new.get(name)) for name in order if name in changed}

    @cached_property
    def worded(self) -> tuple[list[str], list[str]]:
        """Results, and published numbers, of which nothing but words changed: labels, remarks."""
        results = self._worded("analysis/results", RESULT_KEY, SEEN, self.results)
        return results, self._worded("audit/claims", CLAIM_KEY, VERDICTS, self.verdicts)

    def _worded(
        self, name: str, key: tuple[str, ...], seen: tuple[str, ...], changed: TableChange
    ) -> list[str]:
        table = self.new.table(name)
        others = (
            ()
            if table is None
            else (column_name for column_name in table.column_names if column_name not in seen)
        )
        words = self._of(name, key, tuple(one for one in others if one not in key))
        known = {str(cell.key[0]) for cell in changed.cells}
        return [*dict.fromkeys(str(c.key[0]) for c in words.cells if str(c.key[0]) not in known)]

    @cached_property
    def reordered(self) -> bool:
        """Whether results, or published numbers, that both runs have stand in another order."""
        return any(
            self._order(*one)
            for one in (("analysis/results", "result_id"), ("audit/claims", "claim_id"))
        )

    def _order(self, name: str, key: str) -> bool:
        tables = [run.table(name) for run in (self.old, self.new)]
        old, new = ([] if table is None else table[key].to_pylist() for table in tables)
        both = {*old} & {*new}
        return [one for one in old if one in both] != [one for one in new if one in both]

    def _of(self, name: str, key: tuple[str, ...], seen: tuple[str, ...]) -> TableChange:
        before, after = (run.table(name) for run in (self.old, self.new))
        if before is None or after is None or self._same(name):
            return TableChange(name)
        # A column that came since, or went, is no change of a result.
        both = set(before.column_names) & set(after.column_names)
        key = tuple(one for one in key if one in both)
        columns = [one for one in (*key, *seen) if one in both]
        return keyed_change(name, before.select(columns), after.select(columns), key)

    def _same(self, name: str) -> bool:
        """Whether the file of a table is the same in both runs."""
        digests = [
            kept["sha256"] if (kept := run.tables.get(name)) else None
            for run in (self.old, self.new)
        ]
        return digests[0] == digests[1]

    def _changed(self, folder: str) -> list[tuple[str, pa.Table | None, pa.Table | None]]:
        """Name, old and new of each table of a folder whose file is another."""
        names = {
            name for run in (self.old, self.new) for name in run.tables if name.startswith(folder)
        }
        return [
            (name, self.old.table(name), self.new.table(name))
            for name in sorted(names)
            if not self._same(name)
        ]


Row = Mapping[str, object]


def as_read(table: pa.Table | None) -> pa.Table | None:
    """A raw table with null in empty cells, which a registry and a CSV file write differently."""
    if table is None:
        return None
    columns = [
        pc.if_else(pc.equal(column, ""), None, column) if column.type == pa.string() else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def _both(before: pa.Table | None, after: pa.Table | None) -> tuple[pa.Table, pa.Table]:
    """Two tables; for one that is not there, the other without its rows."""
    if before is not None and after is not None:
        return before, after
    there = before if before is not None else after
    assert there is not None
    empty = there.slice(0, 0)
    return (there, empty) if before is not None else (empty, there)
