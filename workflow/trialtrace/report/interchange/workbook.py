"""A workbook of one sheet of text (Office Open XML, ECMA-376): the same rows give the same bytes.

Cells are text, so that none is a formula. The library that reads workbooks writes the time into
those that it makes, which is why this is written here.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from trialtrace.base.errors import UserError
from trialtrace.base.words import column_letters
from trialtrace.run.tables.moments import moment_text

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# What XML cannot hold.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def workbook(
    title: str,
    widths: Mapping[str, int],
    rows: Sequence[Sequence[str]],
    choices: Mapping[str, Sequence[str]],
) -> bytes:
    """A workbook with the columns of `widths` (header to width in characters) and these rows.

    `choices` are the values that may be chosen in a column.
    """
    sheet = _sheet(widths, rows, choices)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
        f'<sheet name={quoteattr(title)} sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            {"rId1": ("worksheet", "worksheets/sheet1.xml"), "rId2": ("styles", "styles.xml")}
        ),
        "xl/styles.xml": _styles(),
        "xl/worksheets/sheet1.xml": sheet,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            member = zipfile.ZipInfo(name, _FIRST_DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            package.writestr(member, (_HEAD + text).encode("utf-8"))
    return buffer.getvalue()


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="{name}" Type="{_LINKS}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _styles() -> str:
    """Style 0 is plain and wraps, 1 is bold."""
    wrapped = '<alignment vertical="top" wrapText="1"/>'
    return (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/>'
        '</font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="2"><xf applyAlignment="1">{wrapped}</xf>'
        f'<xf fontId="1" applyFont="1" applyAlignment="1">{wrapped}</xf></cellXfs>'
        '<cellStyles count="1">'
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _sheet(
    widths: Mapping[str, int], rows: Sequence[Sequence[str]], choices: Mapping[str, Sequence[str]]
) -> str:
    header = list(widths)
    last = f"{column_letters(len(header))}{len(rows) + 1}"
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, width in enumerate(widths.values(), start=1)
    )
    lines = [_row(1, header, 1), *(_row(at, row, 0) for at, row in enumerate(rows, start=2))]
    allowed = "".join(
        f'<dataValidation type="list" allowBlank="1" sqref="{letters}2:{letters}1048576">'
        f'<formula1>"{escape(",".join(values))}"</formula1></dataValidation>'
        for name, values in choices.items()
        for letters in [column_letters(header.index(name) + 1)]
    )
    validated = f'<dataValidations count="{len(choices)}">{allowed}</dataValidations>'
    return (
        f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/><sheetViews>'
        '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData>"
        f'<autoFilter ref="A1:{last}"/>{validated if choices else ""}</worksheet>'
    )


def _row(number: int, cells: Sequence[str], style: int) -> str:
    made = "".join(
        f'<c r="{column_letters(at)}{number}" s="{style}" t="inlineStr"><is>'
        f'<t xml:space="preserve">{escape(_NO_TEXT.sub("", cell))}</t></is></c>'
        for at, cell in enumerate(cells, start=1)
        if cell
    )
    return f'<row r="{number}">{made}</row>'


def read_rows(data: bytes, place: str) -> list[dict[str, str]]:
    """The rows of the first sheet of a workbook, each by the header of its columns.

    Raises UserError for what is no workbook.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        lines = [[_text(cell) for cell in row] for row in book.worksheets[0].values]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise UserError(
            place, "this is no workbook", expected="an .xlsx file", do="save it as .xlsx again"
        ) from None
    header = lines[0] if lines else []
    return [dict(zip(header, line, strict=False)) for line in lines[1:] if any(line)]


def _text(cell: object) -> str:
    if isinstance(cell, datetime.datetime):
        return moment_text(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
