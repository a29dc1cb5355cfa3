"""The markdown side of the check: what stands between the cells of a document."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from trialtrace.base.errors import Problem
from trialtrace.report.render.document import FENCE_OPEN, Prose

_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_INLINE = re.compile(r"(?<!`)`\{python\}\s+([^`]+?)`(?!`)")
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
    for part in parts:
        for line, text in _lines(part):
            yield from state.line(line, text)
    yield from state.end()


def _lines(part: Prose) -> Iterator[tuple[int, str]]:
    """The lines outside comments; a fenced block leaves only its opening line."""
    text = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), part.text)
    fence = ""
    for number, line in enumerate(text.split("\n"), part.line):
        opened = FENCE_OPEN.match(line)
        if fence:
            fence = "" if line.strip().startswith(fence) else fence
            continue
        if opened:
            fence = opened.group(1)
        yield number, line


class _State:
    def __init__(self, name: str, numbered: bool) -> None:
        self._name = name
        self._numbered = numbered
        self._level = 1
        self._divs: list[tuple[int, bool]] = []

    def line(self, number: int, text: str) -> Iterator[Problem]:
        place = f"{self._name}, line {number}"
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
            yield Problem(f"{self._name}, line {number}", "this ::: block is never closed")

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
    for match in _INLINE.finditer(text):
        try:
            ast.parse(match.group(1).strip(), mode="eval")
        except SyntaxError as error:
            yield Problem(place, "inline code must be one expression", found=error.msg)
