"""Plain words and links of such to numbers, which pandoc is spared: they take it longer
than all else.

A mark stands in the place of each; what pandoc would have read or written comes there afterwards.
Words are plain where Markdown has no mark in them.
"""

import json
import re
from collections.abc import Sequence
from html import unescape

from trialtrace.report.render.tree.authored import OF_RUN

OPEN, CLOSE = "\ue000", "\ue001"
_WORD = r"(?:[^\W_]|[−–,;/=\u00a0]|&#\d+;|(?<=\d)\.(?=\d))+"
_WORDS = rf"{_WORD}(?: {_WORD})*"
# Tables in which no column is known by its place, and paragraphs in a line without code and such.
_PARTS = re.compile(
    r"""(?<=\n\n)(?:\|.*\n\|[ :|-]+\|\n(?:\|.*\n?)*|(?:\*\*|[A-Za-z])[^\n`{<$"]*(?=\n\n))"""
)
_PLAIN = re.compile(
    rf"(?<![!^\\\]])\[({_WORDS})\]\((trace/[A-Za-z0-9_/.#-]+)\)(?![{{(\[])"
    rf"|(?<=\| ){_WORDS}(?= \|)|(?<= ){_WORD}(?: {_WORD}){{3,}}(?= )"
)
# What a cell gave, as cells.py has it: no fence in it is as long as its own.
_GIVEN = re.compile(rf"^(:{{3,}}) \{{\.{OF_RUN}\}}\n\n.*?\n\n\1$", re.DOTALL | re.MULTILINE)
_STRING = re.compile(rf'{{"t":"Str","c":"((?:[^"\\]|\\.)*{OPEN}(?:[^"\\]|\\.)*)"}}')
_MARK = re.compile(rf"{OPEN}(\d+){CLOSE}")
# Not of a heading, whose words the contents have without links.
_LINK = re.compile(
    r"""(?<="Plain","c":\[){"t":"Link","c":\[\["",\[\],\[\]\],"""
    r"""\[{"t":"Str","c":"([^"\\<>&']*)"}\],\["(trace/[A-Za-z0-9_/.#-]+)",""\]\]}"""
)


def spared(text: str, *, authored: bool) -> tuple[str, list[re.Match[str]]]:
    """The text with its marks, and what they stand for; none where it has such letters itself.

    What somebody wrote may have any form of Markdown: of an `authored` text only what is of the run
    has marks.
    """
    found: dict[str, tuple[int, re.Match[str]]] = {}
    if OPEN in text:
        return text, []

    def mark(match: re.Match[str]) -> str:
        return f"{OPEN}{found.setdefault(match[0], (len(found), match))[0]}{CLOSE}"

    def marked(text: str) -> str:
        return _PARTS.sub(lambda part: _PLAIN.sub(mark, part[0]), text)

    text = _GIVEN.sub(lambda given: marked(given[0]), text) if authored else marked(text)
    return text, [match for _, match in found.values()]


def put_back(tree: str, found: Sequence[re.Match[str]]) -> str:
    """What pandoc read, as JSON, without marks; in code and names stands the text that they had."""
    inlines = [*map(_inlines, found)]

    def around(string: re.Match[str]) -> str:
        parts = enumerate(_MARK.split(string[1]))
        return ",".join(
            inlines[int(part)] if at % 2 else f'{{"t":"Str","c":"{part}"}}'
            for at, part in parts
            if part
        )

    return _MARK.sub(
        lambda mark: json.dumps(found[int(mark[1])][0])[1:-1], _STRING.sub(around, tree)
    )


def _inlines(plain: re.Match[str]) -> str:
    words, target = plain.groups()
    texts = (words or plain[0]).split(" ")
    told = ',{"t":"Space"},'.join(f'{{"t":"Str","c":{_quoted(text)}}}' for text in texts)
    return f'{{"t":"Link","c":[["",[],[]],[{told}],["{target}",""]]}}' if target else told


def _quoted(text: str) -> str:
    """A plain word as JSON, which it is but for what it has as an entity."""
    return json.dumps(unescape(text), ensure_ascii=False) if "&" in text else f'"{text}"'


def without_links(tree: str) -> tuple[str, list[str]]:
    """A tree for a page with a mark for each link to a number, and the links as pandoc writes them;
    none where it has such letters itself."""
    links: list[str] = []
    if OPEN in tree:
        return tree, links

    def mark(link: re.Match[str]) -> str:
        links.append(f'<a href="{link[2]}">{link[1]}</a>')
        return f'{{"t":"Str","c":"{OPEN}{len(links) - 1}{CLOSE}"}}'

    return _LINK.sub(mark, tree), links


def linked(page: str, links: Sequence[str]) -> str:
    return _MARK.sub(lambda mark: links[int(mark[1])], page) if links else page
