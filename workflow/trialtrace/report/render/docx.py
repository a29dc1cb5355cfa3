"""The last of a DOCX that pandoc cannot write: rows that stay whole and with others, pages across.

The order and the times of its parts are as pandoc wrote them: the same document has the same bytes.
"""

import io
import re
import zipfile

from trialtrace.report.render.house import AUTHOR

MAIN, PROPERTIES = "word/document.xml", "docProps/core.xml"
NOBODY = b"<dc:creator></dc:creator>"
TABLE = re.compile(r"<w:tbl>.*?</w:tbl>", re.DOTALL)
ROW = re.compile(r"<w:tr>(<w:trPr>)?")
END = "</w:tr>"
# The line below a head, which the style of a table gives its first row: a cell over both rows of a
# head ends in the second.
HEAD, COVERED = "<w:tblHeader", re.compile(r'<w:vMerge w:val="continue"\s*/>')
LINE = '<w:bottom w:val="single" w:sz="6" w:space="0" w:color="1F2933"/>'
# Rows and letters of a cell up to which a table stays on one page.
FEW, SHORT = 20, 120
TAG = re.compile(r"<[^>]*>")
PARAGRAPH = re.compile(r"<w:pStyle [^>]*/>")
LAST = re.compile(r"<w:sectPr>.*?</w:sectPr>", re.DOTALL)
MARK = re.compile(r'<w:sectPr w:rsidR="(upright|across)"\s*/>')
# A picture whose words Quarto leaves out: for_quarto.py puts them in the place of its title.
WORDS = re.compile(r'<wp:docPr descr="" title="([^"]+)"')
SIZE = re.compile(r'<w:pgSz [^>]*w:h="(\d+)"[^>]*w:w="(\d+)"[^>]*/>')


def finished(data: bytes) -> bytes:
    """The document with rows that no page splits, with the sections that formats.py marks, and with
    an author."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == MAIN:
                content = _finished(content.decode("utf-8")).encode("utf-8")
            elif entry.filename == PROPERTIES:
                content = content.replace(NOBODY, f"<dc:creator>{AUTHOR}</dc:creator>".encode())
            new.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _finished(text: str) -> str:
    text = TABLE.sub(_kept, ROW.sub(_whole, text))
    text = WORDS.sub(r'<wp:docPr descr="\1" title=""', text)
    sections = LAST.findall(text)
    if not sections:
        return text
    upright = sections[-1]
    across = SIZE.sub(r'<w:pgSz w:h="\2" w:orient="landscape" w:w="\1"/>', upright)
    by_mark = {"upright": upright, "across": across}
    return MARK.sub(lambda match: by_mark[match[1]], text)


def _kept(table: re.Match[str]) -> str:
    """A heading of rows stays with the next row, and so do all rows of a short table."""
    *rows, end = table[0].split(END)
    together = len(rows) <= FEW and all(_letters(cell) <= SHORT for cell in _cells(table[0]))
    rows = [
        COVERED.sub(rf"\g<0><w:tcBorders>{LINE}</w:tcBorders>", row) if HEAD in row else row
        for row in rows
    ]
    for at in range(len(rows) - 1):
        row = rows[at].rfind("<w:tr>")
        if together or _is_heading(rows[at][row:]):
            rows[at] = rows[at][:row] + PARAGRAPH.sub(r"\g<0><w:keepNext/>", rows[at][row:])
    return END.join([*rows, end])


def _cells(text: str) -> list[str]:
    return text.split("</w:tc>")[:-1]


def _letters(cell: str) -> int:
    return len(TAG.sub("", cell).strip())


def _is_heading(row: str) -> bool:
    cells = _cells(row)
    return len(cells) > 1 and not any("<w:t " in cell for cell in cells[1:])


def _whole(row: re.Match[str]) -> str:
    whole = "<w:tr><w:trPr><w:cantSplit/>"
    return whole if row[1] else f"{whole}</w:trPr>"
