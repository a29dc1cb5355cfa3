"""What a person types of a design, registered or reported, written into the ledger's own text.

One text's block is written anew, a line a key; all else of the file stays as it is, and what is
made is held to the ledger's schema and names before it takes the place of the old text.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from trialtrace.audit.files.file import LARGEST
from trialtrace.audit.ledger.about import check_about
from trialtrace.audit.ledger.design import ToldDesign
from trialtrace.audit.reading.decisions import Data, indent, mapping, span
from trialtrace.base.config.compose import Document, compose, compose_text
from trialtrace.base.config.schema import validate
from trialtrace.base.config.schema_files import schema_folder
from trialtrace.base.config.spec import keys_of
from trialtrace.base.errors import Problem, ProblemsError, UserError, one_of
from trialtrace.base.paths import Project
from trialtrace.base.store import write_text

PARTS = ("registered", "reported")
TYPED = ("number", "first", "changed", "status", "begin", "end", "completed", "planned")
"""Keys that are one word or number; the others are mappings and lists, in YAML on one line."""
MEANS = {name: str(keys.metadata["means"]) for name, keys in keys_of(ToldDesign).items()}


def tell_design(
    at: Project, path: Path, part: str, paper: str, texts: Mapping[str, str], *, new: bool = False
) -> None:
    """Write what one text tells of the design; a key that is empty is left out, and a text without
    any. One that is `new` may not be there yet. Raises UserError with every mistake; nothing is
    written then."""
    document = compose(at, path, LARGEST)
    if document.problems:
        raise ProblemsError(document.in_order())
    papers = mapping(document.data, "papers")
    place = f"{document.shown}: {part}.{paper}"
    if part not in PARTS or paper not in papers:
        raise UserError(Problem(place, expected=f"registered or reported of {one_of(papers)}"))
    if new and paper in mapping(document.data, part):
        raise UserError(Problem(place, found="it already", do="change it in its own form"))
    told = {name: text.strip() for name, text in texts.items() if name in MEANS and text.strip()}
    block = [_line(place, name, text) for name, text in told.items()]
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    made = "\n".join(_with(document, lines, (part, paper), block)) + "\n"
    again = compose_text(document.shown, made)
    if not again.problems:
        if again.data != _expected(document.data, part, paper, block):
            raise UserError(_unlike(place))
        validate(again, schema_folder(), "ledger")
    if not again.problems:
        check_about(again)
    if again.problems:
        raise ProblemsError(again.in_order())
    write_text(path, made)


def shown(value: object) -> str:
    """A value as it is typed: a word as it is, all else in one line of YAML."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _unlike(place: str) -> Problem:
    return Problem(
        place,
        found="a text that is not written with a line for each of its keys, or with comments",
        expected="one such as `number: ...` on a line of its own",
        do="change it in the file",
    )


def _line(place: str, name: str, text: str) -> str:
    """A key with its value; a value in YAML has to be one alone."""
    if len(text.splitlines()) > 1:
        raise UserError(Problem(f"{place}.{name}", found="several lines", expected="one line"))
    if name in TYPED:
        return f"{name}: {json.dumps(text, ensure_ascii=False)}"
    read = compose_text(f"{place}.{name}", f"{name}: {text}\n")
    if read.problems:
        raise ProblemsError(read.in_order())
    if not isinstance(read.data, dict) or list(read.data) != [name]:
        raise UserError(Problem(f"{place}.{name}", found=text, expected="a value in YAML"))
    return f"{name}: {text}"


def _expected(data: Data, text: str, paper: str, block: list[str]) -> Data:
    """What the file has to hold once it is written."""
    texts = {name: one for name, one in mapping(data, text).items() if name != paper or block}
    if block:
        texts[paper] = compose_text("", "\n".join(block) + "\n").data
    rest = {name: one for name, one in data.items() if name != text}
    return {**rest, text: texts} if texts else rest


def _with(
    document: Document, lines: list[str], key: tuple[str, str], block: list[str]
) -> list[str]:
    """The lines with the block of one text in the place of the one that is there."""
    part, paper = key
    if key in document.lines:
        alone = not block and len(mapping(document.data, part)) == 1
        old = span(document, lines, (part,) if alone else key)
        if any("#" in lines[at] for at in old):
            raise UserError(_unlike(document.place(key)))
        inward = " " * indent(lines[old[0]])
        return [*lines[: old[0]], *_block(inward, paper, block), *lines[old[-1] + 1 :]]
    if (part,) in document.lines:
        at = document.lines[part,]
        return [*lines[:at], *_block("  ", paper, block), *lines[at:]]
    return [*lines, *([f"{part}:", *_block("  ", paper, block)] if block else [])]


def _block(inward: str, paper: str, block: list[str]) -> list[str]:
    return [f"{inward}{paper}:", *(f"{inward}  {one}" for one in block)] if block else []
