"""One change of a trial at random: of a raw cell, of a line of configuration, of a line of code.

Nothing of the package is imported here: a change of its code is made before it is.
"""

import ast
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from mutants import faults, mutant

CELL, LINE, CODE = "a cell", "a line of configuration", "a line of code"
KINDS = (CELL, LINE, CODE)
MODULE = "(module)"
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]+")
ITEM = re.compile(r"\b\w+: (?:\[[^\[\]{}]*\]|\{[^{}]*\}|[^,\[\]{}]+)(?:, )?")


@dataclass(frozen=True)
class Change:
    """A file of the project with other content. `name` is the column or the function of the
    change; `line` is counted in the old file, as the change stands in it."""

    number: int
    kind: str
    file: str
    line: int
    name: str
    what: str
    content: str


@dataclass(frozen=True)
class Files:
    """What may be changed, by place in the project."""

    data: tuple[str, ...]
    configuration: tuple[str, ...]
    code: tuple[str, ...]


def draw(root: Path, files: Files, number: int, seed: int) -> Change:
    """The change of a number: the same for the same seed and the same project."""
    random = Random(f"{seed}/{number}")
    make = {CELL: _cell, LINE: _line, CODE: _code}[KINDS[number % len(KINDS)]]
    while True:
        if change := make(root, files, number, random):
            return change


def _cell(root: Path, files: Files, number: int, random: Random) -> Change | None:
    sizes = [(root / name).stat().st_size for name in files.data]
    file = random.choices(files.data, sizes)[0]
    text = (root / file).read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text)))
    at, column = random.randrange(1, len(rows)), random.randrange(len(rows[0]))
    old = rows[at][column]
    new = _other_value(old, [row[column] for row in rows[1:]], random)
    if new == old:
        return None
    rows[at][column] = new
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    name = rows[0][column]
    return Change(number, CELL, file, at + 1, name, f"{old!r} → {new!r}", made.getvalue())


def _other_value(old: str, column: Sequence[str], random: Random) -> str:
    """What a cell may come to hold: another value of its column, a slip, nothing."""
    match random.randrange(6):
        case 0 | 1:
            return random.choice(column)
        case 2:
            return ""
        case 3 if old:
            at = random.randrange(len(old))
            put = random.choice("0123456789" if old[at].isdigit() else "abcxyzXYZ-. ")
            return old[:at] + put + old[at + 1 :]
        case 4:
            return old + random.choice(("0", "x", " ", ".5"))
        case _:
            return "-" + old


def _line(root: Path, files: Files, number: int, random: Random) -> Change | None:
    texts = {name: (root / name).read_text(encoding="utf-8") for name in files.configuration}
    file = random.choices(list(texts), [text.count("\n") for text in texts.values()])[0]
    lines = texts[file].splitlines()
    at = random.randrange(len(lines))
    old = lines[at]
    new = _other_line(old, texts[file], random)
    if new == old or not old.strip():
        return None
    made = [*lines[:at], *([] if new is None else [new]), *lines[at + 1 :]]
    what = f"{old.strip()!r} → {'no line' if new is None else repr(new.strip())}"
    return Change(number, LINE, file, at + 1, "", what, "\n".join(made) + "\n")


def _other_line(line: str, text: str, random: Random) -> str | None:
    """What a line may come to be: none, with another number or word, or without an item."""
    match random.randrange(8):
        case 0:
            return None
        case 1 | 2 if found := list(NUMBER.finditer(line)):
            one = random.choice(found)
            number = float(one[0]) if "." in one[0] else int(one[0])
            other = random.choice((number + 1, number * 2, number / 2, 0, number * 10))
            return line[: one.start()] + f"{other:g}" + line[one.end() :]
        case 3 | 4 | 5 if found := list(WORD.finditer(line)):
            one = random.choice(found)
            return line[: one.start()] + random.choice(WORD.findall(text)) + line[one.end() :]
        case 6 if found := list(ITEM.finditer(line)):
            one = random.choice(found)
            return line[: one.start()] + line[one.end() :]
        case 7 if found := list(WORD.finditer(line)):
            one = random.choice(found)
            return line[: one.end() - 1] + line[one.end() :]
    return line


def _code(root: Path, files: Files, number: int, random: Random) -> Change | None:
    sizes = [(root / name).stat().st_size for name in files.code]
    file = random.choices(files.code, sizes)[0]
    tree = ast.parse((root / file).read_text(encoding="utf-8"))
    found = list(faults(tree))
    if not found:
        return None
    node, name, value = random.choice(found)
    made = mutant(tree, node, name, value)
    function = _function_of(tree, node)
    what = f"`{made.before}` → `{made.after}`"
    return Change(number, CODE, file, made.line, function, what, made.source + "\n")


def _function_of(tree: ast.Module, node: ast.AST) -> str:
    """The function that a node is in, with its class; the class, or the module, outside of one."""
    inside: ast.Module | ast.ClassDef = tree
    path: list[str] = []
    while True:
        for one in inside.body:
            if any(inner is node for inner in ast.walk(one)):
                break
        else:
            return ".".join(path) or MODULE
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            return ".".join([*path, one.name])
        if not isinstance(one, ast.ClassDef) or any(
            inner is node
            for outer in (*one.decorator_list, *one.bases)
            for inner in ast.walk(outer)
        ):
            return (
                ".".join([*path, *([one.name] if isinstance(one, ast.ClassDef) else [])]) or MODULE
            )
        path.append(one.name)
        inside = one
