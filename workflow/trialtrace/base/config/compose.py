"""Composes a YAML file into plain values, strictly, and remembers where every key stands.

Refused are duplicate keys, anchors, aliases, tags, a second document, and files above 1 MB
(a caller may allow more). A file in which everything is wrong is told by its first mistakes.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from trialtrace.base.config.scalars import NUMBER, resolve
from trialtrace.base.errors import Problem, located
from trialtrace.base.paths import Project

LARGEST = 1 << 20
DEEPEST = 40
MOST_TOLD = 200
LONGEST_TOLD = 80

# What people write for true and false.
LOGICAL = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
# A colon and a blank in a text without quotes; a tab among the blanks that a line begins with.
_TITLE = re.compile(r"""\s*(?:- )?([^\s"'{}\[\]#:]+): ([^"'{}\[\]|>#][^"]*: .*?)\s*""")
# The same of one entry of a mapping in {}.
_ENTRY = re.compile(
    r"""[{,]\s*([^\s"'{}\[\]#:,]+): ([^"'{}\[\],\s:][^"'{}\[\],]*: [^"'{}\[\],]*?)\s*[,}]"""
)
_TAB = re.compile(r" *\t")

Path_ = tuple[str | int, ...]

# All but tab and line feed: they would steer a terminal, and are valid nowhere in a page.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """A composed file: its content, where every key and list entry stands, and what is wrong."""

    shown: str
    data: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)
    # Of a single value on the line of its key, or of a list entry, its own column; else the key's.
    columns: dict[Path_, int] = field(default_factory=dict)
    # The column of a key that has such a value.
    keys: dict[Path_, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[Path_] = field(default_factory=set)
    refused: set[Path_] = field(default_factory=set)
    misnamed: dict[Path_, str] = field(default_factory=dict)
    # What stands under keys that no schema describes; `data` is without them.
    unknown: dict[Path_, Any] = field(default_factory=dict)
    _above: tuple[int, set[Path_]] = field(default=(0, set()), init=False, repr=False)

    def place(self, path: Path_ = (), *, key: bool = False) -> str:
        """ "plan.yaml:14:15: analyses.pain.endpoint", at the nearest place that is known; `key`
        where the key is meant and not its value."""
        return located(self.shown, *self.position(path, key=key), key_path(path))

    def position(self, path: Path_, *, key: bool = False) -> tuple[int, int]:
        """Line and column of a place, or of the nearest one around it that is known."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        column = self.columns.get(known, 1)
        if key or known != path:
            column = self.keys.get(known, column)
        return self.lines.get(known, 1), column

    @property
    def full(self) -> bool:
        """Whether as many mistakes are known as a person can mend at a time: no more are taken."""
        return len(self.problems) >= MOST_TOLD

    def add(
        self,
        path: Path_,
        found: str | None = None,
        expected: str | None = None,
        *,
        do: str | None = None,
        message: str = "",
        key: bool = False,
    ) -> None:
        """Add a problem, once, and not at a place whose spelling was refused already."""
        if path not in self.refused:
            self.tell(Problem(self.place(path, key=key), message, found, expected, do))

    def correct(self, path: Path_, *, expected: str | None, do: str | None) -> None:
        """Say more of a place whose spelling was refused, by what its schema asks for there."""
        if path in self.refused:
            self.problems = [
                replace(problem, expected=expected, do=do)
                if problem.place.endswith(f": {key_path(path)}")
                else problem
                for problem in self.problems
            ]

    def take_back(self, path: Path_) -> None:
        """Leave out what was said of a place and of what stands below it."""
        told = key_path(path)
        below = re.compile(rf":[0-9]+: {re.escape(told)}(?![\w-])")
        self.problems = [one for one in self.problems if not below.search(one.place)]

    def tell(self, problem: Problem) -> None:
        """Add a problem of any place, once, up to MOST_TOLD."""
        if not self.full and problem not in self.problems:
            self.problems.append(problem)

    def sound(self, *path: str | int) -> bool:
        """Whether nothing at, above or below a place breaks its shape."""
        if not self.broken:
            return True
        if any(path[:length] in self.broken for length in range(len(path) + 1)):
            return False
        return path not in self._above_broken()

    def _above_broken(self) -> set[Path_]:
        """Every place that holds a broken one; made anew where more have broken since."""
        count, above = self._above
        if count != len(self.broken):
            above = {path_[:length] for path_ in self.broken for length in range(len(path_))}
            self._above = len(self.broken), above
        return above

    def get(self, *path: str) -> Any:
        """The value at a place, or None where there is none or it is not sound."""
        value = self.data
        for key in path:
            if not isinstance(value, dict) or key not in value:
                return None
            value = value[key]
        return value if self.sound(*path) else None

    def names(self, *path: str | int) -> list[str] | None:
        """The keys of a mapping, sound or not; None where there is no mapping."""
        value = self.data
        for key in path:
            if isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                value = value.get(key) if isinstance(value, dict) else None
        return list(value) if isinstance(value, dict) else None

    def entries(self, *path: str) -> Iterator[tuple[str, Any]]:
        """The entries of a mapping whose shape is sound."""
        for name in self.names(*path) or ():
            if (value := self.get(*path, name)) is not None:
                yield name, value

    def in_order(self) -> list[Problem]:
        """The problems in the order of the lines; first, where it is so, that they are many."""
        told = sorted(self.problems, key=lambda problem: _position(problem.place))
        many = Problem(
            self.shown,
            found=f"{MOST_TOLD} mistakes, after which no more were looked for",
            do="mend these first, then check again",
        )
        return [many, *told] if self.full else told


_POSITION = re.compile(r":([0-9]+)(?::([0-9]+))?(?:: |$)")


def _position(place: str) -> tuple[int, int]:
    """The line and the column of a place, 0 where it has none."""
    found = _POSITION.search(place)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def key_path(path: Path_) -> str:
    """A key's path as it is told; entries of a list count from 1: analyses.pain.tests[2].fisher."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def compose(at: Project, path: Path, largest: int = LARGEST) -> Document:
    """Read a file. Mistakes are gathered in the document; its data is then what could be read."""
    document = Document(at.shown(path))
    text = _text(document, path, largest)
    if text is None:
        document.broken.add(())
        return document
    _read(document, text)
    return document


def compose_text(shown: str, text: str) -> Document:
    """A text that stands in no file yet, as `compose` reads one."""
    document = Document(shown)
    _read(document, text.removeprefix(codecs.BOM_UTF8.decode()))
    return document


def _read(document: Document, text: str) -> None:
    try:
        _Composer(document).read(text)
    except yaml.YAMLError as error:
        _syntax(document, error, text.splitlines())
        document.broken.add(())


def _text(document: Document, path: Path, largest: int) -> str | None:
    """The text of a file, or None with the reason among the problems."""
    try:
        with open(path, "rb") as file:
            data = file.read(largest + 1)
    except FileNotFoundError:
        document.problems.append(
            Problem(
                document.shown, "this file is not there", do="write it; see docs/configuration.md"
            )
        )
        return None
    except OSError as error:
        document.problems.append(Problem(document.shown, f"cannot be read: {error.strerror}"))
        return None
    if len(data) > largest:
        document.problems.append(
            Problem(
                document.shown,
                found=f"more than {largest >> 20} MB",
                expected=f"a configuration file of at most {largest >> 20} MB",
            )
        )
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start]
        column = len(before.decode("utf-8-sig")) + 1
        document.problems.append(
            Problem(
                located(document.shown, line, column),
                found=f"the byte 0x{data[error.start]:02X}, which is not UTF-8",
                expected="a text file in UTF-8",
                do="save the file again with the encoding UTF-8",
            )
        )
        return None


def _syntax(document: Document, error: yaml.YAMLError, lines: list[str]) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    document.problems.append(
        Problem(
            _at(document, mark) if mark else document.shown,
            f"this is not YAML: {said}",
            do=_spelling(lines[mark.line] if mark and mark.line < len(lines) else "")
            or "look at indentation, quotes, brackets and colons, here and in the line above",
        )
    )


def _at(document: Document, mark: Any, path: Path_ = ()) -> str:
    """Where the parser is."""
    return located(document.shown, mark.line + 1, mark.column + 1, key_path(path))


def _spelling(line: str) -> str | None:
    """What to type in place of a line that is no YAML, where that can be told."""
    if _TAB.match(line):
        return "indent with blanks: this line begins with a tab"
    if title := _TITLE.fullmatch(line):
        return f'a text with a colon needs quotes: {title[1]}: "{title[2]}"'
    if entry := _ENTRY.search(line):
        return f'a text with a colon needs quotes: {entry[1]}: "{entry[2]}"'
    return None


class _Composer:
    """Turns the parser's events into values, with line and column of every place."""

    def __init__(self, document: Document):
        self.document = document
        self.events: Iterator[Any] = iter(())

    def read(self, text: str) -> None:
        self.events = iter(_PARSER(text).get_event, None)
        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            self._not_a_mapping("an empty file")
            return
        first = next(self.events)
        self._note((), first.start_mark)
        data = self._value(first, ())
        if data is None:
            self._not_a_mapping("an empty file")
        elif not isinstance(data, dict):
            self._not_a_mapping("a list" if isinstance(data, list) else "a single value")
        self.document.data = data
        next(self.events)
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            self.document.problems.append(
                Problem(
                    _at(self.document, event.start_mark),
                    found="a second document (---)",
                    expected="one document a file",
                )
            )

    def _not_a_mapping(self, text: str) -> None:
        self.document.broken.add(())
        self.document.problems.append(
            Problem(self.document.shown, found=text, expected="a mapping of keys to values")
        )

    def _value(self, event: Any, path: Path_) -> Any:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, path, f"the alias *{event.anchor}", "the values themselves")
            return None
        if event.anchor is not None:
            self._refuse(event, path, f"the anchor &{event.anchor}", "the value alone")
        if event.tag is not None:
            self._refuse(event, path, f"the tag {event.tag}", "the value alone")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if len(path) >= DEEPEST:
            raise yaml.MarkedYAMLError(
                problem=f"more than {DEEPEST} levels", problem_mark=event.start_mark
            )
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        return self._mapping(path)

    def _list(self, path: Path_) -> list[Any]:
        made: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            here = (*path, len(made))
            self._note(here, event.start_mark)
            made.append(self._value(event, here))
        return made

    def _mapping(self, path: Path_) -> dict[str, Any]:
        entry: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key in entry:
                first = self.document.lines[(*path, key)]
                self.document.tell(
                    Problem(
                        _at(self.document, event.start_mark, (*path, key)),
                        found=f"a key that stands already in line {first}",
                        expected="every key once",
                    )
                )
                self._value(next(self.events), (*path, key, "second"))
                continue
            value = next(self.events)
            self._note((*path, key), event.start_mark, value)
            entry[key] = self._value(value, (*path, key))
        return entry

    def _note(self, path: Path_, mark: Any, value: Any = None) -> None:
        """Where a key or an entry stands, and a single value on the line of its key."""
        self.document.lines[path] = mark.line + 1
        self.document.columns[path] = mark.column + 1
        if isinstance(value, yaml.ScalarEvent) and value.start_mark.line == mark.line:
            self.document.keys[path] = mark.column + 1
            self.document.columns[path] = value.start_mark.column + 1

    def _key(self, event: Any, path: Path_) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise yaml.MarkedYAMLError(problem="a key is plain text", problem_mark=event.start_mark)
        key = event.value
        here = (*path, key)
        if here not in self.document.lines:
            self._note(here, event.start_mark)
        if event.anchor is not None or event.tag is not None:
            self._refuse(event, here, "an anchor or a tag", "the key alone")
        if not isinstance(self._scalar(event, here), str):
            self._refuse(event, here, f"the key {key or '(empty)'}", "text", "write it in quotes")
        return key

    def _scalar(self, event: Any, path: Path_) -> Any:
        if control := _CONTROL.search(event.value):
            text = f"the control character {control.group()!a}"
            self._refuse(event, path, text, "text that can be printed")
        if not event.implicit[0]:
            return event.value
        value, taken_for = resolve(event.value)
        if taken_for is not None:
            shown = value if len(value) <= LONGEST_TOLD else f"{value[:LONGEST_TOLD]}…"
            text = f"{shown}, without quotes"
            expected = f'"{shown}" for the text; some readers of YAML take it for {taken_for}'
            do = "write it in quotes"
            if value.casefold() in LOGICAL:
                do += f", or {LOGICAL[value.casefold()]} where true or false is asked for"
            if taken_for == NUMBER:
                do += "; a number is written as -12, 0.5 or 1.0e+6"
            self._refuse(event, path, text, expected, do)
        return value

    def _refuse(
        self, event: Any, path: Path_, text: str, expected: str, do: str | None = None
    ) -> None:
        self.document.refused.add(path)
        self.document.tell(
            Problem(
                _at(self.document, event.start_mark, path),
                found=text,
                expected=expected,
                do=do,
            )
        )
