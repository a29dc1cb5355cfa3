"""`trialtrace new NAME FILE --again`: what a new cut of the data has that the trial does not know.

It compares and writes nothing: a new code may be a mistake of the data as well as a change of it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from trialtrace.base.errors import one_of, wrong
from trialtrace.base.paths import Project
from trialtrace.base.store import read_parquet
from trialtrace.run.draft.answers import read_answers
from trialtrace.run.draft.new import tables_of
from trialtrace.run.draft.profile import SOURCE_ROW, Column, Table
from trialtrace.run.draft.types import CLOCK, DATE, EMPTY, INTEGER, MOMENT, NUMBER_KIND
from trialtrace.run.trial.answers import FILE
from trialtrace.run.trial.ignored import covered_by
from trialtrace.run.trial.load import Trial, load_trial
from trialtrace.run.trial.model import Variable

# What a declared column may hold.
KINDS = {
    "date": (DATE,),
    "datetime": (DATE, MOMENT),
    "time": (CLOCK,),
    "integer": (INTEGER,),
    "number": (INTEGER, NUMBER_KIND),
}


def compared(at: Project, name: str, texts: Sequence[str]) -> list[str]:
    """Lines on each table of the new cut. Values are told: who holds the file asks.

    Raises UserError for a trial that is not there, or a file that is none of its tables.
    """
    folder = at.trial_config(name)
    if not folder.is_dir():
        do = f"leave --again away to draft it: trialtrace new {name} {' '.join(texts)}"
        raise wrong(f"trial {name}", f"no folder {at.shown(folder)}", "a trial", do)
    trial = load_trial(name, at)
    given = read_answers(folder / FILE)[1] if (folder / FILE).is_file() else {}
    lines: list[str] = []
    tables = tables_of(texts, {key: each for key, each in given.items() if key != "tables"})
    for table in tables:
        for clean in _clean_tables(trial, table, alone=len(tables) == 1):
            lines += [f"{clean}: {line}" for line in _table(trial, clean, table)]
    if not lines:
        found = f"a file that would be the table {tables[0].name}"
        need = f"one of the tables of {name}: {one_of(trial.tables)}"
        raise wrong(tables[0].raw.shown, found, need, "call the new file as the old one is called")
    return [*lines, "nothing was written"]


def _clean_tables(trial: Trial, table: Table, *, alone: bool) -> list[str]:
    """The clean tables that a table of the new cut is of: by the name of its file, else by its own
    name, or the only one there is."""
    items = trial.source.items
    files = {name: items.get(spec.of) for name, spec in trial.tables.items()}
    stems = {
        n: Path(getattr(i, "path", "") or getattr(i, "item", "")).stem for n, i in files.items()
    }
    same = [name for name, stem in stems.items() if stem == Path(table.raw.item).stem]
    found = [name for name in same if not table.raw.of or name == table.name]
    named = [name for name in trial.tables if name == table.name or (alone and len(files) == 1)]
    return found or named


def _table(trial: Trial, clean: str, table: Table) -> Iterator[str]:
    declared = trial.dictionary.get(clean, {})
    cleaning = trial.cleaning.tables[clean]
    free = [name for name in table.columns if name not in declared]
    covered = {name for each in covered_by(cleaning.ignore, free).values() for name in each}
    item = trial.source.items.get(trial.tables[clean].of)
    same = getattr(item, "sha256", None) == table.raw.sha256
    yield f"{table.size} rows" + (", the file that trial.yaml pins" if same else "")
    if not same:
        yield f'another file than trial.yaml pins; its checksum is sha256: "{table.raw.sha256}"'
    yield from _listed("new columns", [name for name in free if name not in covered])
    yield from _listed("columns that are gone", [n for n in declared if n not in table.columns])
    for name, variable in declared.items():
        if name in table.columns:
            absent = cleaning.absent.get(name, ())
            yield from _column(variable, table.columns[name], absent)
    yield from _subjects(trial, clean, table)


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{what}: {one_of(names)}"


def _column(variable: Variable, one: Column, absent: Sequence[str]) -> Iterator[str]:
    """New codes, new codes for a missing value, another type."""
    name, kind = variable.name, one.kind.name
    new = [code for code in one.missing if code not in absent]
    yield from _listed(f"{name}, new codes for a missing value", new)
    if variable.choices:
        codes = [code for code in one.values if code not in (*absent, *variable.choices)]
        yield from _listed(f"{name}, new codes", codes)
    elif not variable.duration and kind not in (EMPTY, *KINDS.get(variable.kind, (kind,))):
        yield f"{name}, changed type: declared as {variable.kind}, now {kind}"


def _subjects(trial: Trial, clean: str, table: Table) -> Iterator[str]:
    """How many patients are new or gone, compared with the raw table of the last run."""
    spec = trial.tables[clean]
    now = table.columns.get(spec.subject)
    if spec.subject == SOURCE_ROW or now is None:
        return
    earlier = trial.at.results / trial.name / "raw" / f"{spec.of}.parquet"
    if not earlier.is_file():
        yield f"{len(now.values)} patients; a run tells which are new"
        return
    before = set(read_parquet(earlier, [spec.subject])[spec.subject].to_pylist()) - {None, ""}
    there = {*now.values}
    yield f"{len(there)} patients: {len(there - before)} new, {len(before - there)} gone"
