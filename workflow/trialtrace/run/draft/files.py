"""The tables that `trialtrace new` was given, with what documents declare of their columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problem, ProblemsError, UserError, one_of, wrong
from trialtrace.run.cleaning.rejects import blank
from trialtrace.run.cleaning.unopened import COMPLETE, rows_unopened
from trialtrace.run.draft.metadata import cdisc, codebook, labels, redcap, table_schema
from trialtrace.run.draft.metadata.declared import NOTHING, Declared
from trialtrace.run.draft.types import unique
from trialtrace.run.sources.files import contents
from trialtrace.run.sources.raw import NOTE, with_joined
from trialtrace.run.sources.readers.statistical import table_name
from trialtrace.run.sources.undeclared import (
    BOOKS,
    TEXTS,
    Reading,
    Undeclared,
    expanded,
    read_undeclared,
)

# A table's name where its file has one of a standard; others have names that tell nothing.
NEUTRAL, SUBJECTS, LONGEST_NAME = "data", "subjects", 30
DOCUMENTS = (".xml", ".json")
LAYOUT = ("header", "under_header", "foot", "thousands")


@dataclass(frozen=True)
class RawTable:
    """A table as its file has it. `reading` are the keys of its entry under `source.items`, without
    the path or the item; `joined` are its columns that are made of others, `shown` is what messages
    call it. `record` is the column of the record
    identifier of REDCap; `of` and `where` say which rows of which raw table it is made of. `forms`
    are the columns of each form of REDCap that has boxes and says whether it was opened, `unopened`
    how many rows of it nobody opened: their boxes have no value here."""

    name: str
    shown: str
    kind: str
    item: str
    reading: Reading
    sha256: str
    cells: pa.Table
    declared: Mapping[str, Declared] = field(default_factory=dict)
    joined: Mapping[str, Sequence[str]] = field(default_factory=dict)
    synthetic: bool = False
    inside: str = ""
    of: str = ""
    where: Mapping[str, object] = field(default_factory=dict)
    record: str = ""
    forms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unopened: Mapping[str, int] = field(default_factory=dict)


@dataclass
class _Documents:
    """What documents beside the tables declare: columns, each of the tables of a name or, where it
    is empty, of all; `record` is the record identifier of REDCap."""

    declared: list[tuple[str, Mapping[str, Declared]]] = field(default_factory=list)
    record: str = ""


def read_files(
    texts: Sequence[str],
    layout: Reading,
    chosen: Sequence[str] = (),
    joined: Mapping[str, Sequence[str]] | None = None,
) -> list[RawTable]:
    """The tables of files, folders and registry items, each column with what is declared of it.

    `layout` has header, under_header, foot and thousands of the texts and sheets, as far as they
    were given; `joined` are columns that are made of others, in the tables that have all of these;
    `chosen` are the tables that are wanted, by the names of files, sheets, or tables; all without
    it. Raises UserError for what cannot be read, and where there is no table.
    """
    tables: list[RawTable] = []
    documents = _Documents()
    for text in expanded(texts, DOCUMENTS):
        try:
            tables += _read(text, layout, chosen, documents)
        except UserError as error:
            if layout or not text.lower().endswith((*BOOKS, *TEXTS)):
                raise
            around = "--header, --under-header and --foot leave out rows around the table"
            raise ProblemsError([*error.problems, Problem(text, do=around)]) from None
    if not tables:
        raise wrong("the files", "no table", "a file, a folder, or registry:package/item")
    tables = [_joined(table, joined or {}) for table in tables]
    named = _named([_described(table, documents) for table in tables])
    made = [_without_unopened(part) for table in named for part in _instruments(table)]
    return [table_of(made, name) for name in chosen] or made


def _read(
    text: str, layout: Reading, chosen: Sequence[str], documents: _Documents
) -> list[RawTable]:
    """The tables of a file; a document goes to the others."""
    path = Path(text)
    if path.suffix.lower() == ".xml":
        documents.declared += cdisc.read_define(contents(path, text), text).items()
        return []
    if path.suffix.lower() == ".json":
        documents.declared += table_schema.read_schemas(contents(path, text), text).items()
        return []
    made = []
    for one in read_undeclared(text, layout, chosen):
        header = one.records.cells.column_names
        if redcap.is_dictionary(header):
            columns = redcap.read_dictionary(path)
            documents.record = documents.record or next(iter(columns))
            documents.declared.append(("", columns))
        elif codebook.is_codebook(header):
            rows = one.records.cells.to_pylist()
            documents.declared.append(("", codebook.read_codebook(rows, one.shown)))
        else:
            made.append(_raw(one))
    return made


def _raw(one: Undeclared) -> RawTable:
    """A table with what its file declares."""
    marked = NOTE in one.records.notes
    made = RawTable(
        NEUTRAL, one.shown, one.kind, one.item, one.reading, one.sha256, one.records.cells
    )
    if one.reading.get("format") not in labels.FORMATS:
        return replace(made, synthetic=marked)
    declared = labels.of_file(one.opened, one.records)
    inside = table_name(one.opened)
    return replace(made, synthetic=marked, declared=declared, inside=inside)


def _joined(table: RawTable, joined: Mapping[str, Sequence[str]]) -> RawTable:
    """The table with the columns that are made of others, where it has these."""
    own = {name: parts for name, parts in joined.items() if {*parts} <= {*table.cells.column_names}}
    return replace(table, cells=with_joined(table.cells, own, table.shown), joined=own)


def _described(table: RawTable, documents: _Documents) -> RawTable:
    """The table with what documents state of its columns; the file itself goes before them."""
    names = table.cells.column_names
    own = {"", Path(table.item).stem.upper(), table.inside.upper()}
    sources = [table.declared]
    sources += [columns for of, columns in documents.declared if of.upper() in own]
    sources += [redcap.own_columns(names), cdisc.of_names(names)]
    made: dict[str, Declared] = {}
    for name in names:
        whole = NOTHING
        for source in sources:
            # Define-XML has names in capital letters.
            whole = whole.over(source.get(name) or source.get(name.upper()) or NOTHING)
        if whole != NOTHING:
            made[name] = whole
    return replace(table, declared=made, record=documents.record * (documents.record in names))


def _named(tables: Sequence[RawTable]) -> list[RawTable]:
    """The tables with names of the configuration: that of its data set in ADaM, else data, data_2,
    since names of files may tell of hospitals and patients, and reports show names of tables."""
    made: list[RawTable] = []
    for table in tables:
        stem = (table.inside or Path(table.item).stem).lower()
        own = stem if cdisc.follows_adam(table.cells.column_names) and stem.isalnum() else NEUTRAL
        made.append(replace(table, name=unique(own, (one.name for one in made), LONGEST_NAME)))
    return made


def _instruments(table: RawTable) -> list[RawTable]:
    """The tables of a REDCap export with repeating instruments: the rows of each, and those of
    none, each with the columns that have a value there."""
    names = table.cells.column_names
    if redcap.INSTRUMENT not in names:
        return [table]
    kinds = pc.utf8_trim_whitespace(pc.fill_null(table.cells[redcap.INSTRUMENT], ""))
    found = sorted(kinds.unique().to_pylist())
    if found == [""]:
        return [table]
    made = []
    for kind in found:
        rows = table.cells.filter(pc.equal(kinds, kind))
        own = [
            name
            for name in names
            if name in (names[0], redcap.INSTRUMENT) or pc.max(_lengths(rows[name])).as_py()
        ]
        where = {redcap.INSTRUMENT: {"is": kind} if kind else "missing"}
        name = kind.lower() if kind else SUBJECTS
        shown = f"{table.shown}, {kind or 'rows of no repeating instrument'}"
        made.append(
            replace(
                table,
                name=name,
                shown=shown,
                cells=rows.select(own),
                of=table.name,
                where=where,
            )
        )
    return made


def _without_unopened(table: RawTable) -> RawTable:
    """The table without the boxes of forms that nobody opened, for which REDCap exports 0."""
    cells, forms, counts = table.cells, redcap.forms_with_boxes(table.declared), {}
    there = cells.column_names
    forms = {
        # REDCap gives the record identifier to the first form, opened or not.
        form: [name for name in own if name in there and name != table.record]
        for form, own in forms.items()
        if f"{form}{COMPLETE}" in there
    }
    for form, own in forms.items():
        boxes = [name for name in own if redcap.BOX in name]
        mask = rows_unopened(cells, form, own, boxes)
        counts[form] = int(mask.sum())
        for name in boxes if counts[form] else ():
            left = blank(cells[name].combine_chunks(), pa.array(mask))
            cells = cells.set_column(cells.column_names.index(name), name, left)
    return replace(table, cells=cells, forms=forms, unopened=counts)


def _lengths(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_length(pc.utf8_trim_whitespace(pc.fill_null(column, "")))


def table_of(tables: Sequence[RawTable], name: str) -> RawTable:
    """The table of a name, or of its sheet or the stem of its file. Raises UserError where there is
    none."""
    for table in tables:
        if name in (table.name, table.reading.get("sheet"), Path(table.item).stem):
            return table
    raise wrong("--tables", name, one_of([table.name for table in tables]))
