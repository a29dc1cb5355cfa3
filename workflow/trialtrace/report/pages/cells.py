"""Raw cells on pages of rows: the line, marked to become a link to the raw table, and the values as
found; and the page of a raw table: every cell as found, each line an anchor, under full disclosure
only."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.store import write_text
from trialtrace.report.links import data_page
from trialtrace.report.material import Material
from trialtrace.report.pages.shell import report_page
from trialtrace.run.tables.contracts import RAW, read_table
from trialtrace.run.tables.manifest import files_in
from trialtrace.run.trace.raw_rows import Cell
from trialtrace.run.trial.load import Trial

if TYPE_CHECKING:
    import pyarrow as pa

EMPTY = "(empty)"
QUOTED = "\N{LEFT DOUBLE QUOTATION MARK}{}\N{RIGHT DOUBLE QUOTATION MARK}"
# What stands above too; and what makes a number a line of a raw table, unless it stands in a value.
DITTO, LINE, NO_LINE = '"', "\N{SECTION SIGN}", "\N{SECTION SIGN}\N{ZERO WIDTH SPACE}"
# Marks of the text of rows, of which none stands in a cell.
_MARKS = str.maketrans({"\t": " ", "\n": " ", "\r": " ", LINE: NO_LINE})
# The page of a file of a raw table, and the columns of it that were used in a line.
Part = tuple[str, tuple[str, ...]]


class RawCells:
    """The raw tables of a trial, by the page of each of their files; `tables` maps a clean table to
    its raw one, `pages` that and a file to a page. Each is read once."""

    def __init__(self, raw: Path, tables: Mapping[str, str], pages: Mapping[tuple[str, str], str]):
        self._raw, self._tables, self._pages = Path(raw), tables, pages
        self._files = {page: place for place, page in pages.items()}
        self._found: dict[str, pa.Table] = {}
        self._lines: dict[str, dict[int, int]] = {}
        self._columns: dict[tuple[str, str], list[str]] = {}

    def parts(self, cells: Iterable[Cell]) -> dict[Part, list[int]]:
        """The lines of some cells, by page and the columns that were used in them."""
        of_line: dict[tuple[str, int], list[str]] = {}
        for table, file, line, column in cells:
            page = self._pages[self._tables[table], file]
            of_line.setdefault((page, line), []).append(column)
        found: dict[Part, list[int]] = {}
        for (raw, line), columns in of_line.items():
            found.setdefault((raw, tuple(sorted(columns))), []).append(line)
        return {part: sorted(lines) for part, lines in found.items()}

    def told(self, part: Part, lines: Sequence[int], *, named: bool) -> str:
        """HTML: each line, marked, with its values; `named` with table and columns before them."""
        raw, columns = part
        values, mark = self._values(raw, lines, columns), f"{LINE}{raw}:" if named else LINE
        before = f"{raw} {', '.join(columns)}: " if named else ""
        if len(lines) == 1:  # as nearly all are
            told = "/".join(own[0] for own in values.values())
            return f"{before}{self._line(raw, lines[0], mark)} {told}".rstrip()
        alike = {column: own[0] for column, own in values.items() if _shorter(column, own)}
        said = "".join(f"{column} {value}; " for column, value in alike.items())
        other = [own for column, own in values.items() if column not in alike]
        rows = dict(zip(lines, zip(*other, strict=True), strict=True)) if other else {}
        return before + said + "; ".join(self._run(raw, run, rows, mark) for run in _runs(lines))

    def numbered(self, raw: str, columns: Iterable[str]) -> dict[str, str]:
        """Each line as "line 114 (rownames 113)", by the first of some columns that numbers the
        rows in its own way; empty where none does."""
        lines = self._read(raw)["source_row"].to_pylist()
        for column in columns:
            own = self._read(raw)[column].to_pylist()
            if all(value and value.isdigit() for value in own) and len(set(own)) == len(own):
                pairs = zip(lines, own, strict=True)
                return {str(line): f"line {line} ({column} {value})" for line, value in pairs}
        return {}

    def _run(
        self, raw: str, run: Sequence[int], rows: Mapping[int, tuple[str, ...]], mark: str
    ) -> str:
        """Lines that follow each other: the first is marked, the values in their order."""
        last = f"\N{EN DASH}{run[-1]}" if len(run) > 1 else ""
        told = [rows[line] for line in run] if rows else []
        first = [("",) * len(one) for one in told[:1]]
        pairs = zip(told, [*first, *told[:-1]], strict=True)
        values = ", ".join("/".join(_since(own, above)) for own, above in pairs)
        return f"{self._line(raw, run[0], mark)}{last} {values}".rstrip()

    def _line(self, raw: str, line: int, mark: str) -> str:
        """A line that the page of the raw table shows is marked."""
        return f"{mark}{line}" if self._places(raw)[line] < ROWS_SHOWN else str(line)

    def _places(self, raw: str) -> dict[int, int]:
        if raw not in self._lines:
            lines = self._read(raw)["source_row"].to_pylist()
            self._lines[raw] = {line: at for at, line in enumerate(lines)}
        return self._lines[raw]

    def _values(
        self, raw: str, lines: Sequence[int], columns: Iterable[str]
    ) -> dict[str, list[str]]:
        places = self._places(raw)
        at = [places[line] for line in lines]
        values = {}
        for column in columns:
            key = (raw, column)
            if key not in self._columns:
                own = self._read(raw)[column].to_pylist()
                shown = {value: _shown(value) for value in set(own)}
                self._columns[key] = [shown[value] for value in own]
            known = self._columns[key]
            values[column] = [known[place] for place in at]
        return values

    def _read(self, raw: str) -> "pa.Table":
        if raw not in self._found:
            self._found[raw] = rows_of(self._raw, *self._files[raw])
        return self._found[raw]


def rows_of(raw: Path, table: str, file: str = "") -> "pa.Table":
    """The rows of a raw table, of one of its files where that has a name."""
    found = read_table(Path(raw) / f"{table}.parquet", RAW)
    names = found["source_file"].to_pylist() if file else []
    return found.filter([name == file for name in names]) if {*names} - {file} else found


def _shorter(column: str, values: Sequence[str]) -> bool:
    """Whether what a column has in all of several lines is shorter by its name than in each."""
    value = values[0]
    each = len(values) * (len(value) + 1)
    return len(values) > 1 and len(set(values)) == 1 and len(f"{column} {value}; ") < each


def _since(values: Sequence[str], above: Sequence[str]) -> Iterator[str]:
    """The values of a line, with a ditto mark for a word that the line above it has too."""
    for value, before in zip(values, above, strict=True):
        yield DITTO if value == before and len(value) > 1 else value


def _shown(value: str | None) -> str:
    """A value as found; in quotation marks where it has what stands between values."""
    if not value:
        return EMPTY
    return QUOTED.format(cell_text(value)) if set(value) & set(",;/") else cell_text(value)


def cell_text(value: str) -> str:
    """A value as HTML, without the marks of the text of rows."""
    text = escape(value, quote=False).translate(_MARKS)
    return QUOTED.format(text) if text == DITTO else text


def _runs(lines: Sequence[int]) -> Iterator[list[int]]:
    """Lines that follow each other, together."""
    for _, run in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0]):
        yield [line for _, line in run]


ROWS_SHOWN = 20_000


def _cells_html(values: list[str | None]) -> list[str]:
    """Cells as HTML, each value escaped once."""
    shown = {value: f"<td>{escape(value or '')}" for value in set(values)}
    return [shown[value] for value in values]


def data_page_html(raw: Path, table: str, trial: Trial, *, file: str = "", sha256: str = "") -> str:
    """Source rows in order, of one file where several are a table; a very long one is cut, and says
    so. `sha256` is that of the file."""
    found = rows_of(raw, table, file)
    columns = [name for name in found.column_names if name not in ("source_file", "source_row")]
    cells = [_cells_html(found[name].slice(0, ROWS_SHOWN).to_pylist()) for name in columns]
    lines = found["source_row"].to_pylist()[:ROWS_SHOWN]
    head = "".join(f"<th>{escape(name)}</th>" for name in ("line", *columns))
    body = "\n".join(
        f"<tr id=L{line}><th>{line}" + "".join(values)
        for line, *values in zip(lines, *cells, strict=False)
    )
    cut = "" if found.num_rows <= ROWS_SHOWN else f" Only the first {ROWS_SHOWN} lines stand here."
    digest = f'<p class="quiet">sha256 of the file: <code>{sha256}</code></p>\n' if sha256 else ""
    source = ", ".join(sorted(set(found["source_file"].to_pylist())))
    text = (
        f"<h1>{escape(table)}</h1>\n"
        f'<p class="subject">Raw rows of {escape(source)}, every cell as found.{cut}</p>\n{digest}'
        f'<div class="frame"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n'
        "</table></div>\n"
    )
    here = f"{table}: raw rows"
    return report_page(trial, here, text, title=here, up="../")


def raw_tables(material: Material, out: Path) -> None:
    """Write the page of each file of a raw table."""
    tracer = material.tracer
    for table, noted in files_in(tracer.manifest["tables"]):
        file, sha256 = noted["source_file"], noted["file"]["sha256"]
        text = data_page_html(
            material.folder / "raw", table, material.trial, file=file, sha256=sha256
        )
        write_text(out / data_page(tracer.pages[table, file]), text)
