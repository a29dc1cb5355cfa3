"""A Quarto document as front matter, prose and cells, each with its line number; and what a cell
shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from trialtrace.base.errors import Problem, UserError, located


@dataclass
class Output:
    """One thing that a cell showed: text of a stream, or a bundle of data by MIME type."""

    kind: str
    text: str = ""
    data: dict = field(default_factory=dict)


CELL_OPEN = re.compile(r"^(`{3,})\s*\{python\}\s*$")
FENCE_OPEN = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
INLINE = re.compile(r"(?<!`)`\{python\}\s+([^`]+?)`(?!`)")
OPTION = re.compile(r"^#\|\s?(.*)$")


@dataclass(frozen=True)
class Prose:
    """A run of markdown lines; `line` is the file line of its first one."""

    text: str
    line: int


@dataclass(frozen=True)
class Cell:
    """A `{python}` cell; `line` is its opening fence, `code_line` the first line of code."""

    code: str
    options: dict
    line: int
    code_line: int

    @property
    def label(self) -> str:
        return str(self.options.get("label", ""))


@dataclass(frozen=True)
class Document:
    """A parsed document: its name for messages, its front matter and its parts in order."""

    name: str
    meta: dict
    parts: tuple[Prose | Cell, ...]
    body: str
    body_line: int

    @property
    def cells(self) -> list[Cell]:
        return [part for part in self.parts if isinstance(part, Cell)]

    @property
    def numbered(self) -> bool:
        """Whether sections are numbered: one answer for all formats."""
        whole = self.setting("number-sections")
        return self.setting("format", "html", "number-sections", default=whole) is True

    def contents(self, kind: str) -> bool:
        """Whether a format has a table of contents; a PDF has one where a DOCX has."""
        kind = "docx" if kind == "pdf" else kind
        return self.setting("format", kind, "toc", default=self.setting("toc")) is True

    def setting(self, *keys: str, default: object = None) -> object:
        """A nested value of the front matter, `default` where any key on the way is absent."""
        value: object = self.meta
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                return default
            value = value[key]
        return value

    def execute_default(self, option: str, otherwise: object) -> object:
        """What `execute:` of the front matter says of a cell option."""
        return self.setting("execute", option, default=otherwise)


def by_fences(text: str) -> Iterator[tuple[str, str]]:
    """Each line of a text, and whether it is "opening" or "inside" a fenced block, its end too."""
    fence = ""
    for line in text.split("\n"):
        opened = FENCE_OPEN.match(line)
        if fence:
            fence = "" if line.strip().startswith(fence) else fence
            yield line, "inside"
        else:
            fence = opened.group(1) if opened else ""
            yield line, "opening" if opened else ""


def read_document(path: Path) -> Document:
    """Parse the document at `path`; a malformed one raises with file and line."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(Problem(path.name, f"not UTF-8 text: {error}")) from error
    except OSError as error:
        raise UserError(Problem(str(path), f"cannot be read: {error.strerror}")) from error
    return parse_document(text, path.name)


@lru_cache(maxsize=8)
def parse_document(text: str, name: str) -> Document:
    """Parse the text of a document called `name`; what is asked for it again is the same object."""
    lines = text.splitlines()
    meta, start = _front_matter(lines, name)
    parts = tuple(_parts(lines, start, name))
    return Document(name, meta, parts, "\n".join(lines[start:]) + "\n", start + 1)


def _front_matter(lines: list[str], name: str) -> tuple[dict, int]:
    if not lines or lines[0].rstrip() != "---":
        return {}, 0
    for index in range(1, len(lines)):
        if lines[index].rstrip() in ("---", "..."):
            meta = load_yaml("\n".join(lines[1:index]), name, 2, "front matter")
            return meta, index + 1
    raise UserError(Problem(located(name, 1), "the front matter has no closing ---"))


def load_yaml(text: str, name: str, line: int, what: str) -> dict:
    """A mapping read by the safe loader from text that begins in `line` of the file `name`."""
    if not text:
        return {}
    import yaml

    try:
        try:
            value = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.YAMLError:
            # The slower loader words a mistake alike wherever it is installed.
            value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = located(name, line + mark.line if mark else line)
        problem = getattr(error, "problem", None) or error
        raise UserError(Problem(place, f"{what}: {problem}")) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UserError(Problem(located(name, line), what, expected="`key: value` lines"))
    return value


def _parts(lines: list[str], start: int, name: str):
    prose_from = index = start
    while index < len(lines):
        opened = FENCE_OPEN.match(lines[index])
        if not opened:
            index += 1
            continue
        close = _closing(lines, index, opened.group(1), name)
        if CELL_OPEN.match(lines[index]):
            yield from _prose(lines, prose_from, index)
            yield _cell(lines[index + 1 : close], index + 1, name)
            prose_from = close + 1
        index = close + 1
    yield from _prose(lines, prose_from, len(lines))


def _closing(lines: list[str], opening: int, fence: str, name: str) -> int:
    pattern = re.compile(rf"^ {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    for index in range(opening + 1, len(lines)):
        if pattern.match(lines[index]):
            return index
    raise UserError(Problem(located(name, opening + 1), f"this {fence} block is never closed"))


def _prose(lines: list[str], start: int, stop: int):
    if any(line.strip() for line in lines[start:stop]):
        yield Prose("\n".join(lines[start:stop]), start + 1)


def _cell(lines: list[str], fence_line: int, name: str) -> Cell:
    count = 0
    while count < len(lines) and OPTION.match(lines[count]):
        count += 1
    found = (OPTION.match(line) for line in lines[:count])
    text = "\n".join(option.group(1) for option in found if option)
    options = load_yaml(text, name, fence_line + 1, "options of the cell")
    return Cell("\n".join(lines[count:]), options, fence_line, fence_line + 1 + count)
