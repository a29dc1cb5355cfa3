"""Ways in which an export is spoilt, each with sentinels where a message might quote a cell."""

import io
from collections.abc import Callable

from sentinel_trial import Export

SPOILINGS: dict[str, Callable[[Export], None]] = {}


def _spoiling(name: str) -> Callable:
    def keep(spoil: Callable[[Export], None]) -> Callable[[Export], None]:
        SPOILINGS[name] = spoil
        return spoil

    return keep


def _declared(export: Export, **settings: str) -> None:
    """Other settings of the file of patients."""
    for key, value in settings.items():
        start = export.trial.index(f"{key}: ", export.trial.index("export: {path"))
        end = min(export.trial.index(mark, start) for mark in (", ", "}\n"))
        export.trial = f'{export.trial[:start]}{key}: "{value}"{export.trial[end:]}'


def _typed(export: Export, kind: str, file: str, more: str = "") -> None:
    """The file of patients in another format."""
    start = export.trial.index("export: {path")
    end = export.trial.index("\n", start)
    given = f"export: {{path: {file}, format: {kind}{more}}}"
    export.trial = export.trial[:start] + given + export.trial[end:]


def _some(export: Export, column: str, cell: Callable[[str], str], every: int = 7) -> None:
    old = export.column(column)
    export.put(column, {row: cell(old[row]) for row in range(0, len(old), every)})


# The file as a whole.


@_spoiling("no header line")
def _(export: Export) -> None:
    export.data["export.csv"] = export.csv(header=False).encode()


@_spoiling("no header line in the events")
def _(export: Export) -> None:
    export.data["events.csv"] = "\n".join(",".join(row) for row in export.events).encode()


@_spoiling("a header that names patients")
def _(export: Export) -> None:
    """Transposed: a column a patient."""
    table = zip(export.header, *export.rows, strict=True)
    lines = [",".join(cell.replace(",", " ").replace('"', "") for cell in row) for row in table]
    export.data["export.csv"] = "\n".join(lines).encode()


for _true, _told in (
    ("utf-16-le", "utf-16-be"),
    ("utf-16-be", "utf-16-le"),
    ("utf-16-le", "utf-8"),
    ("utf-16", "utf-16-be"),
    ("latin-1", "utf-8"),
    ("utf-8", "cp500"),
    ("cp500", "latin-1"),
    ("utf-8", "utf-16-le"),
    ("utf-8", "ascii"),
    ("utf-32-le", "utf-16-le"),
):

    @_spoiling(f"{_true} declared as {_told}")
    def _(export: Export, true: str = _true, told: str = _told) -> None:
        export.data["export.csv"] = export.csv().encode(true)
        _declared(export, encoding=told)


@_spoiling("another separator")
def _(export: Export) -> None:
    export.data["export.csv"] = export.csv(";").encode()


@_spoiling("a separator that nothing has")
def _(export: Export) -> None:
    _declared(export, separator="|")


@_spoiling("a quote that is never closed")
def _(export: Export) -> None:
    lines = export.csv().splitlines()
    lines[5] = lines[5].replace(",1", ',"1', 1)
    export.data["export.csv"] = "\n".join(lines).encode()


@_spoiling("a quote inside a quoted cell")
def _(export: Export) -> None:
    export.data["export.csv"] = export.csv().replace('""', '"').encode()


@_spoiling("a short row")
def _(export: Export) -> None:
    export.rows[8] = export.rows[8][:-2]


@_spoiling("a long row")
def _(export: Export) -> None:
    export.rows[8] = [*export.rows[8], export.sentinels.word("more")]


@_spoiling("a NUL")
def _(export: Export) -> None:
    _some(export, "comment", lambda cell: cell + "\0")


@_spoiling("a workbook called csv")
def _(export: Export) -> None:
    export.data["export.csv"] = _workbook(export, [])


@_spoiling("a cell of more than a mebibyte")
def _(export: Export) -> None:
    _some(export, "comment", lambda cell: cell * 40_000, every=30)


# Its header.


@_spoiling("a name twice")
def _(export: Export) -> None:
    export.header[-1] = "age"


@_spoiling("a blank name")
def _(export: Export) -> None:
    export.header[3] = ""


@_spoiling("a name that nobody declared")
def _(export: Export) -> None:
    export.header[2] = export.sentinels.word("age")


@_spoiling("a column less")
def _(export: Export) -> None:
    at = export.header.index("died")
    del export.header[at]
    export.rows = [row[:at] + row[at + 1 :] for row in export.rows]


@_spoiling("thirty columns more")
def _(export: Export) -> None:
    export.header += [export.sentinels.word("column") for _ in range(30)]
    export.rows = [row + [export.sentinels.word("cell") for _ in range(30)] for row in export.rows]


@_spoiling("two names exchanged")
def _(export: Export) -> None:
    one, two = export.header.index("age"), export.header.index("comment")
    export.header[one], export.header[two] = export.header[two], export.header[one]


# Its cells.


@_spoiling("arms that nobody declared")
def _(export: Export) -> None:
    _some(export, "arm", lambda _: export.sentinels.word("arm"))


@_spoiling("codes that nobody declared")
def _(export: Export) -> None:
    for column in ("sex", "site", "smoker", "relief", "died"):
        _some(export, column, lambda _: export.sentinels.word("code"), every=39)


for _column in ("sex", "relief", "age", "serial", "seen"):

    @_spoiling(f"another word in every cell of {_column}")
    def _(export: Export, column: str = _column) -> None:
        _some(export, column, lambda _: export.sentinels.word("word"), every=1)

    @_spoiling(f"one of two words in every cell of {_column}")
    def _(export: Export, column: str = _column) -> None:
        words = [export.sentinels.word("one"), export.sentinels.word("other")]
        _some(export, column, lambda cell: words[len(cell) % 2 or int(cell[:1] or 0) % 2], every=1)


@_spoiling("words for numbers and dates")
def _(export: Export) -> None:
    for column in ("age", "pain0", "days", "serial", "seen"):
        _some(export, column, lambda cell: f"{cell} {export.sentinels.word('unit')}", every=39)


@_spoiling("every date in another order")
def _(export: Export) -> None:
    _some(export, "seen", lambda cell: ".".join(reversed(cell.split("-"))), every=1)


@_spoiling("decimal commas")
def _(export: Export) -> None:
    _some(export, "age", lambda cell: cell.replace(".", ","), every=1)


@_spoiling("a telephone number for a serial number")
def _(export: Export) -> None:
    _some(export, "serial", lambda _: export.sentinels.whole(18))


@_spoiling("a telephone number without bounds to keep")
def _(export: Export) -> None:
    export.dictionary = export.dictionary.replace("integer,1000000,9999999", "integer,,")
    _some(export, "serial", lambda _: export.sentinels.whole(18))


@_spoiling("numbers beyond all bounds")
def _(export: Export) -> None:
    _some(export, "days", lambda _: f"{export.sentinels.whole(18)}e400")


@_spoiling("values beyond the scale of an endpoint")
def _(export: Export) -> None:
    export.endpoints = export.endpoints.replace("from: 0, to: 100", "from: 0, to: 50")


@_spoiling("values below the minimum")
def _(export: Export) -> None:
    _some(export, "pain0", lambda cell: f"-{cell}", every=1)


@_spoiling("times below zero")
def _(export: Export) -> None:
    export.dictionary = export.dictionary.replace("number,0,9999", "number,,")
    _some(export, "days", lambda cell: f"-{cell}")


# Its keys.


@_spoiling("a patient twice, with other values")
def _(export: Export) -> None:
    export.put("id", {1: export.column("id")[0], 9: export.column("id")[8]})


@_spoiling("a patient twice, the same")
def _(export: Export) -> None:
    export.rows += export.rows[:3]


@_spoiling("patients without a number")
def _(export: Export) -> None:
    export.put("id", dict.fromkeys(range(4), ""))


@_spoiling("no patient with a number")
def _(export: Export) -> None:
    export.put("id", dict.fromkeys(range(len(export.rows)), ""))


@_spoiling("numbers that look the same")
def _(export: Export) -> None:
    ids = export.column("id")
    export.put("id", {1: f"{ids[0]}\u200b", 3: ids[2].replace("j", "\u0458"), 5: ids[4].upper()})


@_spoiling("events of strangers")
def _(export: Export) -> None:
    export.events += [[export.sentinels.word("id"), "nausea"] for _ in range(3)]


@_spoiling("events of strangers alone")
def _(export: Export) -> None:
    export.events = [[export.sentinels.word("id"), "nausea"] for _ in range(9)]


@_spoiling("only a header")
def _(export: Export) -> None:
    export.rows = []


# Other formats.


@_spoiling("a workbook with dates that are none")
def _(export: Export) -> None:
    export.data["export.xlsx"] = _workbook(export, [(3, 13, int(export.sentinels.whole(10)))])
    _typed(export, "excel", "export.xlsx", ", sheet: Sheet")


@_spoiling("a workbook of long numbers and broken formulas")
def _(export: Export) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(_workbook(export, [])))
    serial, comment = (export.header.index(name) + 1 for name in ("serial", "comment"))
    for row in range(2, 20, 5):
        book.active.cell(row, serial, int(export.sentinels.whole(17)))
        book.active.cell(row, comment, "#DIV/0!")
    buffer = io.BytesIO()
    book.save(buffer)
    export.data["export.xlsx"] = buffer.getvalue()
    _typed(export, "excel", "export.xlsx", ", sheet: Sheet")


@_spoiling("a formula without a value")
def _(export: Export) -> None:
    _some(export, "comment", lambda cell: f"={cell.split()[0]}/0")
    export.data["export.xlsx"] = _workbook(export, [])
    _typed(export, "excel", "export.xlsx", ", sheet: Sheet")


@_spoiling("a column that is the key of another table")
def _(export: Export) -> None:
    """Every patient under the number of the one before."""
    ids = export.column("id")
    export.put("id", dict(enumerate(ids[1:] + ids[:1])))


@_spoiling("a workbook without a header")
def _(export: Export) -> None:
    export.data["export.xlsx"] = _workbook(export, [], header=False)
    _typed(export, "excel", "export.xlsx", ", sheet: Sheet")


@_spoiling("a parquet file of nanoseconds")
def _(export: Export) -> None:
    import pyarrow as pa

    moments = [int(export.sentinels.whole(18)) for _ in export.rows]
    _parquet(export, seen=pa.array(moments, pa.timestamp("ns")))


@_spoiling("a parquet file with a day that no calendar has")
def _(export: Export) -> None:
    import pyarrow as pa

    _parquet(export, seen=pa.array([2_000_000_000] * len(export.rows), pa.date32()))


@_spoiling("a parquet file with lists")
def _(export: Export) -> None:
    import pyarrow as pa

    _parquet(export, seen=pa.array([[cell] for cell in export.column("seen")]))


@_spoiling("a parquet file of bytes that are no text")
def _(export: Export) -> None:
    import pyarrow as pa

    cells = [cell.encode() + b"\xff" for cell in export.column("comment")]
    column = pa.array(cells, pa.binary()).view(pa.string())
    _parquet(export, comment=column)


def _parquet(export: Export, **columns: object) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: export.column(name) for name in export.header} | columns)
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    export.data["export.parquet"] = buffer.getvalue()
    _typed(export, "parquet", "export.parquet")


def _workbook(export: Export, dates: list[tuple[int, int, float]], header: bool = True) -> bytes:
    """(row, column, serial number) of cells that a format makes dates."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in [export.header] * header + export.rows:
        book.active.append(row)
    for row, column, value in dates:
        cell = book.active.cell(row, column, value)
        cell.number_format = "yyyy-mm-dd"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
