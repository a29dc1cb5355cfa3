"""Each table of a report as CSV and as XLSX, with links from its caption.

They are read off the pages, so a file has what its page shows, and no more of a patient than it.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import escape

from trialtrace.base.stamp import Stamp
from trialtrace.base.store import write_bytes
from trialtrace.report.listing import csv_text

FOLDER = "tables"
PLACE = re.compile(r'id="tbl-([A-Za-z0-9_-]+)"')
CAPTION = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<t[hd]([^>]*)>(.*?)</t[hd]>", re.DOTALL)
LABEL = re.compile(r'aria-label="([^"]*)"')
OVER = re.compile(r'colspan="(\d+)"')
NAME = re.compile(r'data-name="([^"]*)"')
TAG = re.compile(r"<[^>]*>")
# What XML cannot hold.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Every file of a workbook has this time: the same table has the same bytes.
TIME = (1980, 1, 1, 0, 0, 0)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# What a workbook of one sheet is beside the sheet.
AROUND = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    f'+xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Table" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
}


@dataclass(frozen=True)
class Shown:
    """A table as a page shows it; of a row whose name stands only for screen readers, that name."""

    name: str
    caption: str
    rows: tuple[tuple[str, ...], ...]


def offer_tables(folder: Path, pages: Iterable[str], stamp: Stamp | None) -> None:
    """Write the tables of the pages in `folder` into its folder of tables, and link to them.

    Each row has the stamp, as a figure's numbers do.
    """
    for page in pages:
        text = (folder / page).read_text(encoding="utf-8")
        told, tables = with_links(text)
        for table in tables:
            rows = stamped(table.rows, stamp) if stamp else table.rows
            file = folder / FOLDER / f"{table.name}.csv"
            write_bytes(file, csv_text(rows).encode("utf-8"))
            write_bytes(file.with_suffix(".xlsx"), as_xlsx([(table.caption,), *rows]))
        if tables:
            write_bytes(folder / page, told.encode("utf-8"))


def with_links(text: str) -> tuple[str, list[Shown]]:
    """A page with links to the files of each of its tables, and the tables."""
    pieces, tables, done = [], [], 0
    for name, start, end in _places(text):
        body = text[start:end]
        caption = CAPTION.search(body)
        links = (
            f'<span class="files"><a href="{FOLDER}/{name}.csv">CSV</a>, '
            f'<a href="{FOLDER}/{name}.xlsx">XLSX</a></span>'
        )
        at = start + caption.end(1) if caption else end
        pieces += [text[done:at], f" {links}" if caption else f"<p>{links}</p>"]
        done = at
        tables.append(Shown(name, _words(caption[1]) if caption else "", tuple(_rows(body))))
    return "".join([*pieces, text[done:]]), tables


def as_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet, each cell a text: what is printed has its digits. Without style or
    time, which would be most of its bytes, and others in every run."""
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    sheet = f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for name, text in (AROUND | {"xl/worksheets/sheet1.xml": sheet}).items():
            book.writestr(zipfile.ZipInfo(name, TIME), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _cell(text: str) -> str:
    told = escape(CONTROL.sub("", text))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{told}</t></is></c>'


def _places(text: str) -> Iterator[tuple[str, int, int]]:
    """The name of each table, and where its element begins and ends."""
    places = list(PLACE.finditer(text))
    for number, one in enumerate(places, start=1):
        end = places[number].start() if number < len(places) else len(text)
        start = text.find("<table", one.end(), end)
        stop = text.find("</table>", start, end) if start >= 0 else -1
        if stop >= 0:
            yield one[1], start, stop + len("</table>")


def _rows(body: str) -> Iterator[tuple[str, ...]]:
    """Its rows; of a head of two rows one, with what each column is called in full."""
    rows = [CELL.findall(row) for row in ROW.findall(body)]
    if any(OVER.search(given) for given, _ in rows[0]):
        yield tuple(_heads(rows[0], rows[1]))
        del rows[:2]
    for row in rows:
        yield tuple(_words(inner) or _attribute(LABEL, given) for given, inner in row)


def _heads(above: Sequence[tuple[str, str]], below: Sequence[tuple[str, str]]) -> Iterator[str]:
    names = iter([_attribute(NAME, given) for given, _ in below])
    for given, inner in above:
        if over := OVER.search(given):
            yield from islice(names, int(over[1]))
        else:
            yield _words(inner)


def _attribute(attribute: re.Pattern[str], text: str) -> str:
    match = attribute.search(text)
    return _words(match[1]) if match else ""


def _words(inner: str) -> str:
    return " ".join(unescape(TAG.sub("", inner.replace("<br", " <br"))).split())


def stamped(rows: Sequence[tuple[str, ...]], stamp: Stamp) -> list[tuple[str, ...]]:
    """The rows with a column of the stamp, under a head of its name."""
    name, told = stamp.column
    return [(*row, told if number else name) for number, row in enumerate(rows)]
