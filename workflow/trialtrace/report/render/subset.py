"""Check a document against the part of Quarto that both renderers render alike.

What a renderer itself refuses with the line, such as a reference without a target, is not looked
for here.
"""

import ast
import re
from collections.abc import Collection, Iterator
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

_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# A pattern, what it is, and what to do instead.
_FORBIDDEN = [
    (re.compile(pattern), what, do)
    for pattern, what, do in (
        (r"\{\{<", "a shortcode", "write the text out"),
        (r"\{#eq-", "an equation label", "refer to the equation in words"),
        (r"\.panel-tabset", "a tabset", "use headings"),
        (r"\blayout(-ncol|-nrow|)=", "a layout", "put one figure after the other"),
        (r"\.column-|\.aside|\.content-(hidden|visible)", "a page layout of HTML alone", None),
        (r"\{=\w+\}", "raw text for one format", "write markdown"),
        (r"</?[A-Za-z][\w-]*(\s[^<>]*)?/?>", "raw HTML, lost in a DOCX", "write markdown"),
        (r"^\s*:\s.*\{#tbl-", "a caption with a label", "put the table into ::: {#tbl-…}"),
        (r"^\s*:{3,}\s*\{#fig-", "a figure block", "label the image: ![caption](file){#fig-…}"),
        (
            r"!\[[^\]]*\]\(\s*[a-z][\w+.-]*:",
            "an image from outside",
            "put the file next to the document",
        ),
        (r"^ {0,3}# ", "a heading of level 1: the title is that", "open with ##"),
        (r"(?<![\w\\])-?@(?!fig-|tbl-|sec-)\w", "a citation, or an @ to be written \\@", None),
    )
]
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
CELL_OPTIONS = {
    "label",
    "fig-cap",
    "tbl-cap",
    "fig-alt",
    "echo",
    "eval",
    "include",
    "warning",
    "error",
    "output",
    "tags",
}


def check_document(path: Path) -> list[Problem]:
    """Every use of something that Quarto and the embedded renderer do not render alike."""
    try:
        document = read_document(Path(path))
    except UserError as error:
        return error.problems
    return [*_known(document.name, document.meta, FRONT_MATTER), *_parts(document)]


def _parts(document: Document) -> Iterator[Problem]:
    for part in document.parts:
        if isinstance(part, Cell):
            place = f"{document.name}, line {part.line}: cell"
            yield from _known(place, part.options, CELL_OPTIONS)
            yield from _caption(part, place)
            yield from _syntax(part.code, document.name, part.code_line, "exec")
        else:
            yield from _prose(part, document.name)


def _known(place: str, names: Collection[str], known: set[str]) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            message = f"{name} is not in the shared part of Quarto"
            do = did_you_mean(name, known)
            yield Problem(place, message, expected=one_of(sorted(known)), do=do)


def _prose(prose: Prose, name: str) -> Iterator[Problem]:
    text = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), prose.text)
    for number, (line, fence) in enumerate(by_fences(text), prose.line):
        place = located(name, number)
        opened = FENCE_OPEN.match(line)
        if fence == "opening" and opened and re.match(r"\{=?[A-Za-z]", opened[2].strip()):
            do = "cells begin with ```{python}, options follow as #| lines"
            yield Problem(place, "a cell or block that is not shared", found=opened[2], do=do)
        if fence:
            continue
        for inline in INLINE.finditer(line):
            yield from _syntax(inline[1].strip(), name, number, "eval")
        bare = _CODE_SPAN.sub("", line)
        for pattern, what, instead in _FORBIDDEN:
            if match := pattern.search(bare):
                yield Problem(place, what, found=match.group().strip(), do=instead)


def _caption(cell: Cell, place: str) -> Iterator[Problem]:
    for kind in ("fig", "tbl"):
        captioned = f"{kind}-cap" in cell.options
        if cell.options.get("output") == "asis" and captioned:
            do = "write the words above or below the chunk"
            yield Problem(place, f"{kind}-cap of a chunk with `output: asis` is not shown", do=do)
        elif captioned and not cell.label.startswith(f"{kind}-"):
            yield Problem(place, f"{kind}-cap without a label that begins with {kind}-")


def _syntax(code: str, name: str, line: int, mode: str) -> Iterator[Problem]:
    try:
        compile(code, name, mode, ast.PyCF_ONLY_AST)
    except SyntaxError as error:
        place = located(name, line + (error.lineno or 1) - 1)
        what = "this is not Python" if mode == "exec" else "inline code must be one expression"
        yield Problem(place, what, found=error.msg)
