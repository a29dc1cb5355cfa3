"""`trialtrace new NAME FILE --again`: what a new cut of the data has that the trial does not know.

It compares and writes nothing: a new code may be a mistake of the data as well as a change of it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from trialtrace.base.errors import one_of, wrong
from trialtrace.base.paths import Project
from trialtrace.base.store import read_parquet
from trialtrace.run.drafting.outcomes import is_coded, is_number, levels
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.repeats import cells_of
from trialtrace.run.drafting.tables import profile
from trialtrace.run.trial.ignored import covered_by
from trialtrace.run.trial.load import Trial, load_trial
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.source import Files, raw_tables


def compared(at: Project, name: str, texts: Sequence[str]) -> list[str]:
    """Lines on each table of the new cut. Values are told: who holds the file asks.

    Raises UserError for a trial that is not there, or a file that is none of its tables.
    """
    folder = at.trial_config(name)
    if not folder.is_dir():
        need = "a trial that is there, for a new cut of its data"
        mend = f"leave --again away to draft it: trialtrace new {name} {' '.join(texts)}"
        raise wrong(f"trial {name}", f"no folder {at.shown(folder)}", need, mend)
    trial = load_trial(name, at)
    lines: list[str] = []
    others: list[Table] = []
    tables = profile(texts)
    for table in tables:
        stem = Path(table.item).stem
        items = {clean: _items(trial, clean) for clean in trial.tables}
        known = [clean for clean, own in items.items() if stem in own.values()]
        known = known or [name for name, spec in trial.tables.items() if spec.of == table.name]
        if not known and len(trial.tables) == len(tables) == 1:
            known = list(trial.tables)
        others += [] if known else [table]
        for clean in known:
            lines += [f"{clean}: {line}" for line in _table(trial, clean, table)]
    if not lines:
        fault = f"a file that would be the table {others[0].name}"
        need = f"one of the tables of {name}: {one_of(trial.tables)}"
        raise wrong(others[0].item, fault, need, "call the new file as the old one is called")
    lines += [f"{one.item}: none of the tables of {name}, and not compared" for one in others]
    return [*lines, "nothing was written"]


def _items(trial: Trial, clean: str) -> dict[str, str]:
    """The items behind a clean table, each with the name of its file without the ending."""
    items = raw_tables(trial.source)[trial.tables[clean].of]
    return {one: Path(getattr(trial.source.items[one], "path", "")).stem for one in items}


def _table(trial: Trial, clean: str, table: Table) -> Iterator[str]:
    declared = trial.dictionary.get(clean, {})
    ignored = trial.cleaning.tables[clean].ignore
    missing = trial.cleaning.tables[clean].absent
    columns = {column.name: column for column in table.columns}
    free = [name for name in columns if name not in declared]
    covered = {name for names in covered_by(ignored, free).values() for name in names}
    files = _items(trial, clean)
    own = [one for one, stem in files.items() if stem == Path(table.item).stem]
    item = trial.source.items[(*own, *files)[0]]
    same = getattr(item, "sha256", None) == table.sha256
    yield f"{table.rows} rows" + (", the file that trial.yaml pins" if same else "")
    if not same:
        yield f'another file than trial.yaml pins; its checksum is sha256: "{table.sha256}"'
    yield from _listed("new column", [name for name in free if name not in covered])
    made = _made(trial, clean)
    gone = [name for name in declared if name not in {*columns, *made}]
    yield from _listed("column that is gone", gone)
    for name, variable in declared.items():
        if name in columns:
            yield from _column(variable, columns[name], missing.get(name, ()))
    yield from _subjects(trial, clean, table)


def _made(trial: Trial, clean: str) -> list[str]:
    """The columns that tell the files of a table apart, which stand in none of them."""
    stacks = trial.source.stacked if isinstance(trial.source, Files) else {}
    stack = stacks.get(trial.tables[clean].of)
    return [name for name in (stack.column, stack.row) if name] if stack else []


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{what}{'s' if len(names) > 1 else ''}: {one_of(names)}"


def _column(variable: Variable, column: Column, absent: Sequence[str]) -> Iterator[str]:
    """New codes, another type, values beyond the bounds."""
    name = variable.name
    if variable.choices:
        found = [*levels(column), *column.missing_codes]
        found = found or [value for value, _ in column.values]
        new = [code for code in found if code not in variable.choices and code not in absent]
        if new and column.type in ("yesno", "truefalse"):
            counted = dict(column.values)
            new = [code for code in new if code in counted]
        yield from _listed(f"{name}, new code", new)
        return
    new = [code for code in column.missing_codes if code not in absent]
    yield from _listed(f"{name}, suspected code for missing", new)
    if variable.kind in ("number", "integer"):
        if not is_number(column) and not is_coded(column):
            now = column.evidence["type"]
            yield f"{name}, changed type: declared as {variable.kind}, now {now}"
        elif variable.kind == "integer" and column.validation == "number":
            yield f"{name}, changed type: declared as integer, now with decimals"
        yield from _beyond(variable, column)
    elif variable.kind == "date" and not column.validation.startswith("date"):
        yield f"{name}, changed type: declared as a date, now {column.evidence['type']}"


def _beyond(variable: Variable, column: Column) -> Iterator[str]:
    try:
        low, high = float(column.low), float(column.high)
        least, most = float(variable.minimum or "-inf"), float(variable.maximum or "inf")
    except ValueError:
        return
    if low < least:
        yield f"{variable.name}, below its minimum {variable.minimum}: {column.low}"
    if high > most:
        yield f"{variable.name}, above its maximum {variable.maximum}: {column.high}"


def _subjects(trial: Trial, clean: str, table: Table) -> Iterator[str]:
    """How many patients are new or gone, against the raw table of the last run."""
    subject = trial.tables[clean].subject
    now = next((column for column in table.columns if column.name == subject), None)
    if subject == SOURCE_ROW or now is None or len(_items(trial, clean)) > 1:
        return
    earlier = trial.at.results / trial.name / "raw" / f"{trial.tables[clean].of}.parquet"
    if not earlier.is_file():
        yield f"{now.distinct} patients; which are new is told once the trial has been run"
        return
    before = set(read_parquet(earlier, [subject])[subject].to_pylist()) - {None, ""}
    there = {cell for (cell,) in cells_of(table, [subject])} - {""}
    yield f"{len(there)} patients: {len(there - before)} new, {len(before - there)} gone"
