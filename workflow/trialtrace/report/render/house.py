"""What both renderers share: the head of the page, the fixed settings, the numbers of a run."""

import json
import os
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape as xml_escape

from trialtrace.base.paths import project
from trialtrace.base.stamp import SYNTHETIC, Stamp
from trialtrace.report.links import Step, crumbs
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.render.tree.authored import OF_RUN

# Where names of code may end a line of a page.

# Code within a line; what stands in <pre> keeps its lines.
_CODE = re.compile(r"(?<!<pre>)<code>[^<]*</code>")
_JOINT = re.compile(r"(?<=\w)([_.]+)(?=\w)")


def breakable(page: str) -> str:
    """A page of HTML whose names of code may end a line after an underscore or a dot."""
    return _CODE.sub(lambda match: _JOINT.sub(r"\1<wbr>", match[0]), page)


CSP = (
    "default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
# The earliest time that a zip entry can carry; a report has no time of its own (see run.json).
EPOCH = 315532800
FORMATS = ("html", "docx", "pdf")
# Who made a file that is mailed, unless its document names an author.
AUTHOR = "trialtrace, re-analysis"
SHEETS = ("report.css", "card.css")
NUMBERS = "numbers.json"
SHOWS_FOLDER = "a cell shows the path of its working folder"
BY_RELATIVE_PATH = "show no path, or one from the folder of the document"
REFERENCES = ("reference.docx", "reference-synthetic.docx")


@dataclass(frozen=True)
class Page:
    """What a caller sets for one document beside its own front matter.

    Of a private one no error tells what an exception says: it may hold a value of the data. `stem`
    is the name of its files, `before` and `beside` are title and link of pages that lie beside it,
    `above` of those over it, where it has any way to it at its top.
    `numbers` are the short ids of the run's numbers, `note` is what its head tells of it.
    `further` are the formats of what follows the first document, `scratch` the name of the folder
    that cells run in, which is another in every run: shown, it would change the bytes.
    """

    title: str | None = None
    stamp: Stamp | None = None
    private: bool = False
    stem: str = "document"
    before: tuple[tuple[str, str], ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    above: tuple[Step, ...] | None = None
    numbers: tuple[str, ...] = ()
    note: str = ""
    further: tuple[str, ...] = FORMATS
    scratch: str = ""

    def way(self, text: str, over: Sequence[Step] = ()) -> str:
        """The way to one of its pages, called `text`, below others of it, as HTML; "" for none."""
        if self.above is None:
            return ""
        above = [*self.above, *over]
        return crumbs(above, text if above else self.title or text)

    @property
    def head(self) -> str:
        """The note as Markdown, of the run; nothing where there is none."""
        if not self.note:
            return ""
        note = f"::: {{.callout-warning}}\n{escape_markdown(self.note)}\n:::"
        return f":::: {{.{OF_RUN}}}\n{note}\n::::\n\n"

    def place_numbers(self, folder: Path) -> None:
        """Where Quarto's filter looks for them."""
        if self.numbers:
            (folder / NUMBERS).write_text(json.dumps(self.numbers), encoding="utf-8")


def assets() -> Path:
    """The folder of the style sheet and the reference documents of DOCX."""
    return project().assets


def page_header() -> str:
    """Security policy and style sheet, as lines for the head of an HTML page."""
    css = "".join((assets() / name).read_text(encoding="utf-8") for name in SHEETS)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{CSP}">'
    return f"{policy}\n<style>\n{css}</style>\n"


def reference_docx(page: Page, folder: Path) -> Path:
    """The DOCX whose styles and running head a report takes; one with the head of another stamp is
    written into the folder."""
    shipped = assets() / REFERENCES[page.stamp is not None]
    if page.stamp in (None, SYNTHETIC):
        return shipped
    made = folder / "reference-stamped.docx"
    told = xml_escape(page.stamp.sentence).encode()
    with zipfile.ZipFile(shipped) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            new.writestr(part, old.read(part).replace(SYNTHETIC.sentence.encode(), told))
    return made


def clean_environment(**more: str) -> dict[str, str]:
    """An environment in which a renderer gives the same bytes for every user and place."""
    kept = {k: os.environ[k] for k in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR") if k in os.environ}
    fixed = {
        "SOURCE_DATE_EPOCH": str(EPOCH),
        "LC_ALL": "C.UTF-8",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
    }
    return {**kept, **fixed, **more}
