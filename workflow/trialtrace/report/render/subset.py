"""Check a document against the part of Quarto that both renderers render alike."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from trialtrace.base.errors import Problem, UserError, did_you_mean, located, one_of
from trialtrace.report.render.document import (
    FENCE_OPEN,
    INLINE,
    Cell,
    Document,
    Prose,
    by_fences,
    read_document,
)

# The markdown side of the check: what stands between the cells of a document.

_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s")
_DIV = re.compile(r"^ {0,3}(:{3,})\s*(.*?)\s*:*$")
_REFERENCE = re.compile(r"(?<![\w\\])-?@\{?([A-Za-z][\w:.-]*)")
_CALLOUT = re.compile(r"\.callout-(\w+)")
_KINDS = ("note", "tip", "warning", "caution", "important")

# A pattern, what it is, and what to do instead.
_FORBIDDEN = (
    (r"\{\{<", "a shortcode", "write the text out"),
    (r"\{#eq-", "an equation label", "refer to the equation in words"),
    (r"\.panel-tabset", "a tabset", "use headings"),
    (r"\blayout(-ncol|-nrow|)=", "a layout", "put one figure after the other"),
    (r"\.column-|\.aside|\.content-(hidden|visible)", "a page layout of HTML alone", None),
    (r"\{=\w+\}", "raw text for one format", "write markdown"),
    (r"</?[A-Za-z][\w-]*(\s[^<>]*)?/?>", "raw HTML, lost in a DOCX", "write markdown"),
    (r"^\s*:\s.*\{#tbl-", "a caption line with a label", "put the table into a ::: {#tbl-…} block"),
    (r"^\s*:{3,}\s*\{#fig-", "a figure block", "label the image: ![caption](file){#fig-…}"),
    (r"!\[[^\]]*\]\(\s*[a-z][\w+.-]*:", "an image from outside", "hand the file in as an input"),
)
_PATTERNS = [(re.compile(pattern), what, do) for pattern, what, do in _FORBIDDEN]


def check_prose(parts: Sequence[Prose], name: str, numbered: bool) -> Iterator[Problem]:
    """Problems of the markdown of a document called `name`, in order."""
    state = _State(name, numbered)
    for prose in parts:
        for line, text in _lines(prose):
            yield from state.line(line, text)
    yield from state.end()


def _lines(prose: Prose) -> Iterator[tuple[int, str]]:
    """The lines outside comments; a fenced block leaves only its opening line."""
    text = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), prose.text)
    for number, (line, fence) in enumerate(by_fences(text), prose.line):
        if fence != "inside":
            yield number, line


class _State:
    def __init__(self, name: str, numbered: bool) -> None:
        self._name = name
        self._numbered = numbered
        self._level = 1
        self._divs: list[tuple[int, bool]] = []

    def line(self, number: int, text: str) -> Iterator[Problem]:
        place = located(self._name, number)
        if opened := FENCE_OPEN.match(text):
            yield from _fence(opened.group(2).strip(), place)
            return
        yield from _inline(text, place)
        bare = _CODE_SPAN.sub("", text)
        for pattern, what, do in _PATTERNS:
            if match := pattern.search(bare):
                yield Problem(place, what, found=match.group().strip(), do=do)
        yield from self._references(bare, place)
        yield from self._heading(bare, place)
        yield from self._div(bare, number, place)

    def end(self) -> Iterator[Problem]:
        for number, _ in self._divs:
            yield Problem(located(self._name, number), "this ::: block is never closed")

    def _references(self, text: str, place: str) -> Iterator[Problem]:
        for match in _REFERENCE.finditer(text):
            kind = match.group(1).split("-")[0]
            if kind not in ("fig", "tbl", "sec"):
                found = match.group(1)
                yield Problem(place, "a citation, or an @ to be written \\@", found=found)
            elif kind == "sec" and not self._numbered:
                yield Problem(place, "a section is referred to", do="set number-sections: true")

    def _heading(self, text: str, place: str) -> Iterator[Problem]:
        match = _HEADING.match(text)
        if not match:
            return
        level = len(match.group(1))
        if level == 1:
            yield Problem(place, "a heading of level 1: the title is that", do="open with ##")
        elif level > self._level + 1:
            yield Problem(place, "a heading that leaves out a level", found="#" * level)
        if any(callout for _, callout in self._divs):
            yield Problem(place, "a heading inside a callout", do="use title= or bold text")
        self._level = level

    def _div(self, text: str, number: int, place: str) -> Iterator[Problem]:
        match = _DIV.match(text)
        if not match:
            return
        attributes = match.group(2)
        if not attributes:
            if self._divs:
                self._divs.pop()
            else:
                yield Problem(place, "this ::: closes nothing")
            return
        callout = _CALLOUT.search(attributes)
        self._divs.append((number, bool(callout)))
        if callout and callout.group(1) not in _KINDS:
            yield Problem(place, "callout", found=callout.group(1), expected=", ".join(_KINDS))
        if callout and re.search(r"\b(collapse|appearance|icon)=", attributes):
            yield Problem(place, "a callout with more than a title", found=attributes)


def _fence(info: str, place: str) -> Iterator[Problem]:
    if info.startswith("{=") or re.match(r"\{[A-Za-z]", info):
        do = "cells begin with ```{python}, options follow as #| lines"
        yield Problem(place, "a cell or block that is not shared", found=info, do=do)


def _inline(text: str, place: str) -> Iterator[Problem]:
    for match in INLINE.finditer(text):
        try:
            ast.parse(match.group(1).strip(), mode="eval")
        except SyntaxError as error:
            yield Problem(place, "inline code must be one expression", found=error.msg)


_BOOLEAN = (True, False)
FRONT_MATTER = {
    "title",
    "subtitle",
    "author",
    "date",
    "lang",
    "format",
    "execute",
    "jupyter",
    "toc",
    "number-sections",
}
HTML_OPTIONS: dict[str, tuple[object, ...]] = {
    "embed-resources": (True,),
    "toc": _BOOLEAN,
    "number-sections": _BOOLEAN,
    "html-math-method": ("mathml",),
}
DOCX_OPTIONS: dict[str, tuple[object, ...]] = {"toc": _BOOLEAN, "number-sections": _BOOLEAN}
FORMAT_OPTIONS = {"html": HTML_OPTIONS, "docx": DOCX_OPTIONS, "typst": DOCX_OPTIONS}
CELL_OPTIONS: dict[str, tuple | type] = {
    "label": str,
    "fig-cap": str,
    "tbl-cap": str,
    "fig-alt": str,
    "echo": _BOOLEAN,
    "eval": _BOOLEAN,
    "include": _BOOLEAN,
    "warning": _BOOLEAN,
    "error": _BOOLEAN,
    "output": (True, False, "asis"),
    "tags": list,
}
# Why a plausible option is not in the list.
_WHY = {
    "fig-width": "Quarto ignores it for Python; set figsize in the code",
    "fig-height": "Quarto ignores it for Python; set figsize in the code",
    "fig-subcap": "draw one figure a cell",
    "layout-ncol": "draw one figure a cell",
    "code-fold": "it exists in HTML alone",
    "bibliography": "write the reference out",
    "params": "assign them in a cell",
    "freeze": "a report is always executed",
    "cache": "a report is always executed",
}
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_HTML_MODULES = {"plotly", "ipywidgets", "bokeh", "altair", "great_tables", "itables", "panel"}
_HTML_NAMES = {"HTML", "IFrame", "Javascript", "SVG", "YouTubeVideo"}


def check_document(path: Path) -> list[Problem]:
    """Every use of something that Quarto and the embedded renderer do not render alike."""
    try:
        document = read_document(Path(path))
    except UserError as error:
        return error.problems
    problems = [*_front_matter(document), *_cells(document)]
    prose = [part for part in document.parts if isinstance(part, Prose)]
    return problems + list(check_prose(prose, document.name, document.numbered))


def _unknown(place: str, name: str, known) -> Problem:
    do = _WHY.get(name) or did_you_mean(name, known)
    message = f"{name} is not in the shared part of Quarto"
    return Problem(place, message, expected=one_of(known), do=do)


def _front_matter(document: Document) -> Iterator[Problem]:
    place = f"{document.name}, front matter"
    for name in document.meta:
        if name not in FRONT_MATTER:
            yield _unknown(place, name, sorted(FRONT_MATTER))
    if document.setting("lang", default="en") != "en":
        yield Problem(place, "lang", found=str(document.meta["lang"]), expected="en")
    for name in ("title", "subtitle", "author"):
        value = document.setting(name, default="")
        if not isinstance(value, str):
            yield Problem(place, f"{name} must be plain text", found=repr(value))
    date = document.setting("date")
    if date is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(date)):
        yield Problem(place, "date", found=str(date), expected="YYYY-MM-DD")
    if document.setting("jupyter", default="python3") != "python3":
        yield Problem(place, "jupyter", found=str(document.meta["jupyter"]), expected="python3")
    yield from _formats(document, place)
    yield from _execute(document, place)


def _formats(document: Document, place: str) -> Iterator[Problem]:
    formats = document.setting("format", default={})
    if not isinstance(formats, dict):
        yield Problem(place, "format", found=repr(formats), expected="a mapping: html, docx")
        return
    for name in formats:
        if name not in FORMAT_OPTIONS:
            yield _unknown(f"{place}, format", name, [*FORMAT_OPTIONS])
    for kind, known in FORMAT_OPTIONS.items():
        options = formats.get(kind)
        for name, value in (options if isinstance(options, dict) else {}).items():
            where = f"{place}, format.{kind}"
            if name not in known:
                yield _unknown(where, name, list(known))
            elif value not in known[name]:
                expected = one_of(str(choice).lower() for choice in known[name])
                yield Problem(where, name, found=repr(value), expected=expected)
    if document.setting("format", "docx", "number-sections") not in (None, document.numbered):
        yield Problem(place, "html and docx must both number their sections, or neither")


def _execute(document: Document, place: str) -> Iterator[Problem]:
    execute = document.setting("execute", default={})
    if not isinstance(execute, dict):
        yield Problem(place, "execute", found=repr(execute), expected="a mapping: echo, warning")
        return
    for name, value in execute.items():
        if name not in ("echo", "warning"):
            yield _unknown(f"{place}, execute", name, ["echo", "warning"])
        elif value not in _BOOLEAN:
            yield Problem(f"{place}, execute", name, found=repr(value), expected="true or false")


def _cells(document: Document) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for cell in document.cells:
        place = f"{document.name}, line {cell.line}: cell"
        yield from _options(cell, place)
        yield from _label(cell, place, seen)
        yield from _code(cell, document.name)


def _options(cell: Cell, place: str) -> Iterator[Problem]:
    for name, value in cell.options.items():
        allowed = CELL_OPTIONS.get(name)
        if allowed is None:
            yield _unknown(place, name, list(CELL_OPTIONS))
        elif isinstance(allowed, type) and not isinstance(value, allowed):
            expected = "a list" if allowed is list else "text"
            yield Problem(place, name, found=repr(value), expected=expected)
        elif isinstance(allowed, tuple) and value not in allowed:
            expected = one_of(str(choice).lower() for choice in allowed)
            yield Problem(place, name, found=repr(value), expected=expected)
    if "tags" in cell.options and cell.options["tags"] != ["parameters"]:
        yield Problem(place, "tags", found=repr(cell.options["tags"]), expected="[parameters]")


def _label(cell: Cell, place: str, seen: dict[str, int]) -> Iterator[Problem]:
    label = cell.label
    if label and not _LABEL.fullmatch(label):
        yield Problem(place, "label", found=label, expected="letters, digits and hyphens")
    if label in seen:
        yield Problem(place, f"label {label} is used in line {seen[label]} too")
    elif label:
        seen[label] = cell.line
    for kind in ("fig", "tbl"):
        if cell.options.get("output") == "asis":
            if f"{kind}-cap" in cell.options:
                do = f"leave {kind}-cap out, and write the words above or below the chunk"
                yield Problem(
                    place, f"{kind}-cap of a chunk with `output: asis` is not shown", do=do
                )
            continue
        named, captioned = label.startswith(f"{kind}-"), f"{kind}-cap" in cell.options
        if named != captioned:
            missing = f"{kind}-cap" if named else f"a label that begins with {kind}-"
            yield Problem(place, f"a numbered cell without {missing}")


def _code(cell: Cell, name: str) -> Iterator[Problem]:
    for offset, source in enumerate(cell.code.splitlines()):
        if re.match(r"\s*[%!]", source):
            yield Problem(located(name, cell.code_line + offset), "IPython magic is not Python")
            return
    try:
        tree = ast.parse(cell.code)
    except SyntaxError as error:
        line = cell.code_line + (error.lineno or 1) - 1
        yield Problem(located(name, line), "this is not Python", found=error.msg)
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for imported in _html_imports(node):
            line = cell.code_line + node.lineno - 1
            do = "show tables by IPython.display.Markdown, figures by matplotlib"
            yield Problem(located(name, line), f"{imported} shows HTML, lost in a DOCX", do=do)


def _html_imports(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [a.name for a in node.names if a.name.split(".")[0] in _HTML_MODULES]
    if node.module:
        if node.module.split(".")[0] in _HTML_MODULES:
            return [node.module]
        if node.module.startswith("IPython"):
            return [a.name for a in node.names if a.name in _HTML_NAMES]
    return []
