"""Tables as documents: HTML, CSV, DOCX and XLSX, written without any other package.

The same tables give the same bytes: archives have no times.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from trialtrace.base.words import column_letters

STYLE = """
body {font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem}
table {border-collapse: collapse; margin: 1rem 0}
th, td {border: 1px solid #999; padding: .3rem .5rem; text-align: left; vertical-align: top}
th {background: #eee}
.wide {table-layout: fixed; width: 100%; overflow-wrap: break-word}
caption {text-align: left; font-weight: 600; padding: .3rem 0}
"""
_STAMP = (1980, 1, 1, 0, 0, 0)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>{}</Types>'
)
_RELATIONS = (
    f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    "{}</Relationships>"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Link(str):
    """A text that leads to an address; in CSV and XLSX it is the text alone."""

    __slots__ = ("to",)
    to: str

    def __new__(cls, text: str, to: str) -> "Link":
        made = super().__new__(cls, text)
        made.to = to
        return made


class Strong(str):
    """A text that stands out."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """A table: its heads, and rows with as many texts each; `caption` stands above it.

    `widths` are the columns in percent of the page; without them a table is as wide as its texts.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    widths: Sequence[int] = ()


@dataclass(frozen=True)
class Document:
    """A title, paragraphs below it, and tables."""

    title: str
    paragraphs: Sequence[str]
    tables: Sequence[Table]


def html_text(document: Document) -> str:
    """The document as one page without scripts or outside links; every text is escaped."""
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in document.paragraphs)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(document.title)}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(document.title)}</h1>{paragraphs}"
        f"{''.join(map(_html_table, document.tables))}</body></html>\n"
    )


def _html_table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_html_cell(text)}</td>" for text in row) + "</tr>"
        for row in table.rows
    )
    columns = "".join(f'<col style="width: {width}%">' for width in table.widths)
    wide = ' class="wide"' if table.widths else ""
    body = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    return f"<table{wide}>{caption}{columns}{body}</table>"


def _html_cell(text: str) -> str:
    if isinstance(text, Link):
        return f'<a href="{escape(text.to)}" rel="noreferrer">{escape(text)}</a>'
    return f"<strong>{_lines(text)}</strong>" if isinstance(text, Strong) else _lines(text)


def _lines(text: str) -> str:
    return "<br>".join(map(escape, text.split("\n")))


def csv_text(table: Table) -> str:
    """The table as CSV. Text that a spreadsheet would run as a formula is quoted as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_safe(text) for text in row] for row in (table.heads, *table.rows))
    return out.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and text else text


def docx_bytes(document: Document) -> bytes:
    """The document as DOCX, its pages across."""
    body = [_paragraph(document.title, "Title"), *map(_paragraph, document.paragraphs)]
    for table in document.tables:
        body += [_paragraph(table.caption, "Heading1")] if table.caption else []
        body += [_docx_table(table), _paragraph("")]
    section = (
        '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
        '<w:pgMar w:top="720" w:right="720" w:bottom="720" w:left="720"/></w:sectPr>'
    )
    text = '<w:rPrDefault><w:rPr><w:sz w:val="18"/></w:rPr></w:rPrDefault>'
    styles = f"<w:docDefaults>{text}</w:docDefaults>" + "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/>'
        f'<w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr></w:style>'
        for name, shown, size in (("Title", "Title", 32), ("Heading1", "heading 1", 24))
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    return _zipped(
        {
            "[Content_Types].xml": _TYPES.format(
                _override("/word/document.xml", f"{kind}.document.main+xml")
                + _override("/word/styles.xml", f"{kind}.styles+xml")
            ),
            "_rels/.rels": _RELATIONS.format(
                _relation("r1", "officeDocument", "word/document.xml")
            ),
            "word/_rels/document.xml.rels": _RELATIONS.format(
                _relation("r1", "styles", "styles.xml")
            ),
            "word/styles.xml": f"{_XML}<w:styles {_W}>{styles}</w:styles>",
            "word/document.xml": f"{_XML}<w:document {_W}><w:body>{''.join(body)}{section}</w:body>"
            "</w:document>",
        }
    )


def _paragraph(text: str, style: str = "") -> str:
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}{_runs(text)}</w:p>"


def _runs(text: str, properties: str = "") -> str:
    if isinstance(text, Link):
        linked = f'<w:fldSimple w:instr="HYPERLINK &quot;{escape(text.to)}&quot;">'
        return f"{linked}{_runs(str(text), properties)}</w:fldSimple>"
    properties = "<w:rPr><w:b/></w:rPr>" if isinstance(text, Strong) else properties
    lines = [
        f'<w:t xml:space="preserve">{escape(_printable(line))}</w:t>' for line in text.split("\n")
    ]
    return f"<w:r>{properties}{'<w:br/>'.join(lines)}</w:r>" if text else ""


def _docx_table(table: Table) -> str:
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="999999"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join(f'<w:gridCol w:w="{154 * width}"/>' for width in table.widths)
    columns = columns or "<w:gridCol/>" * len(table.heads)
    head = "<w:trPr><w:tblHeader/></w:trPr>" + "".join(
        f"<w:tc><w:tcPr/><w:p>{_runs(text, '<w:rPr><w:b/></w:rPr>')}</w:p></w:tc>"
        for text in table.heads
    )
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:tcPr/>{_paragraph(text)}</w:tc>" for text in row) + "</w:tr>"
        for row in table.rows
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
        f"<w:tr>{head}</w:tr>{rows}</w:tbl>"
    )


def xlsx_bytes(
    table: Table,
    *,
    name: str = "Table",
    letters: Sequence[int] = (),
    choices: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> bytes:
    """The table as the one sheet of a workbook, every cell as text, so that none is a formula.

    `letters` are the widths of columns in characters; `choices` are the values that may be chosen
    in a column.
    """
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {"/xl/workbook.xml": "sheet.main", "/xl/worksheets/sheet1.xml": "worksheet"}
    parts["/xl/styles.xml"] = "styles"
    links = _relation("r1", "worksheet", "worksheets/sheet1.xml")
    return _zipped(
        {
            "[Content_Types].xml": _TYPES.format(
                "".join(_override(part, f"{kind}.{what}+xml") for part, what in parts.items())
            ),
            "_rels/.rels": _RELATIONS.format(_relation("r1", "officeDocument", "xl/workbook.xml")),
            "xl/_rels/workbook.xml.rels": _RELATIONS.format(
                links + _relation("r2", "styles", "styles.xml")
            ),
            "xl/workbook.xml": f'{_XML}<workbook xmlns="{main}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{escape(name)}" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/styles.xml": f'{_XML}<styleSheet xmlns="{main}">{_LOOKS}</styleSheet>',
            "xl/worksheets/sheet1.xml": f'{_XML}<worksheet xmlns="{main}">'
            f"{_sheet(table, letters, choices)}</worksheet>",
        }
    )


# Look 0 wraps its lines, look 1 is bold besides.
_WRAPPED = 'applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
_LOOKS = (
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    f'<cellXfs count="2"><xf {_WRAPPED}<xf fontId="1" applyFont="1" {_WRAPPED}</cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
)


def _sheet(table: Table, letters: Sequence[int], choices: Mapping[str, Sequence[str]]) -> str:
    """What stands in a sheet; the row of heads stays in view, and filters its columns."""
    last = f"A1:{column_letters(len(table.heads))}{len(table.rows) + 1}"
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, width in enumerate(letters, 1)
    )
    rows = "".join(
        f'<row r="{at}">{_sheet_row(row, at)}</row>'
        for at, row in enumerate((table.heads, *table.rows), 1)
    )
    allowed = "".join(
        f'<dataValidation type="list" allowBlank="1" sqref="{at}2:{at}1048576">'
        f'<formula1>"{escape(",".join(values))}"</formula1></dataValidation>'
        for head, values in choices.items()
        for at in [column_letters(list(table.heads).index(head) + 1)]
    )
    return (
        f'<dimension ref="{last}"/><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
        + f"<cols>{columns}</cols>" * bool(columns)
        + f'<sheetData>{rows}</sheetData><autoFilter ref="{last}"/>'
        + f'<dataValidations count="{len(choices)}">{allowed}</dataValidations>' * bool(choices)
    )


def _sheet_row(cells: Sequence[str], number: int) -> str:
    return "".join(
        f'<c r="{column_letters(at)}{number}" s="{int(number == 1)}" t="inlineStr"><is>'
        f'<t xml:space="preserve">{escape(_printable(text))}</t></is></c>'
        for at, text in enumerate(cells, 1)
        if text
    )


def _override(part: str, kind: str) -> str:
    return f'<Override PartName="{part}" ContentType="{kind}"/>'


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _printable(text: str) -> str:
    """A text without the control characters that XML has no place for."""
    return "".join(
        one for one in text if one in "\t\n" or (one >= " " and one not in "\ufffe\uffff")
    )


def _zipped(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(zipfile.ZipInfo(name, _STAMP), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def joined(texts: Iterable[str]) -> str:
    """Texts as the lines of one cell, without empty ones."""
    return "\n".join(filter(None, texts))
