"""The pages of the documentation on the methods of trialtrace.stats, from their docstrings.

The source is read, not imported. A page is a family, which is a package; a subject is a module, and
its order and its line in the overview are those of the table in the docstring of its package.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trialtrace.stats
from trialtrace.stats._offered import SHARED

STATS = Path(trialtrace.stats.__file__).parent
# Modules beside the families that have no methods.
NO_SUBJECTS = {"conventions", "results"}
_LABELS = ("Raises", "Source", "Oracle", "R:")
_SPLIT = re.compile(r"(?<=[.)])\s+(?=(?:Raises|Oracles?|Sources?)\b)")
_ROW = re.compile(r"^`(\w+)`\s{2,}(.+)$", re.MULTILINE)
_ALIGNED = re.compile(r'^"?\w+"?\s{3,}\S')

_INTRODUCTION = """\
# Statistical methods

*Written from the docstrings of `workflow/trialtrace/stats/` by `make docs`.*

Every method is a pure function of numpy arrays in `trialtrace.stats`. A plan can ask for
[many of them](methods/in-plans.md); the others can be called from Python. What a library might
choose silently (sides, ties, corrections, variance, confidence) is a keyword without a default.
What is refused raises `StatsError` with a sentence that says why.

An oracle is what the numbers are compared with in `tests/oracle/`: R scripts with their committed
output, run again where R is installed. The tolerance is 1e-8, relative. Looser are linear mixed
models, 1e-7, and Satterthwaite's degrees of freedom of mixed models and Kenward and Roger's by
observed information, 1e-6, since R's own numbers rest there on numeric derivatives. Where a
function names no oracle of its own, that of its subject holds. `make bench-stats` measures speed.

A family of methods has a page; its name is that of the package in `trialtrace.stats`. Use from
Python: [library](library.md); from R's call to the function: [from R](methods/from-r.md).
"""
_FROM_R = """\
# From R to trialtrace

*Written from the docstrings of `workflow/trialtrace/stats/` by `make docs`.*

The calls of R that the numbers are compared with in `tests/oracle/`, and the function of
`trialtrace.stats` that gives the same. Where R has no function of its own the call is what the
script makes its number from.
"""
_FAMILY = """\
# Statistical methods: {family}

*Written from the docstrings of `workflow/trialtrace/stats/{family}/` by
`make docs`. What holds for all families, and a list of
their subjects: [methods](../methods.md).*

{what}
"""


@dataclass(frozen=True)
class Function:
    """A public function: its name, how it is called, its docstring."""

    name: str
    signature: str
    text: str


@dataclass(frozen=True)
class Subject:
    """A module: its dotted name within trialtrace.stats, its docstring, its methods."""

    name: str
    line: str
    text: str
    functions: tuple[Function, ...]


def subjects(folder: Path = STATS, prefix: str = "") -> Iterator[Subject]:
    """Every subject in the order of the package's table; one that is not in it is an error."""
    package = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    lines = dict(_ROW.findall(ast.get_docstring(package) or ""))
    names = {path.stem for path in folder.glob("[!_]*.py")} - (set() if prefix else NO_SUBJECTS)
    names |= {path.parent.name for path in folder.glob("*/__init__.py")}
    if names != set(lines):
        raise ValueError(f"{folder}/__init__.py: {sorted(names ^ set(lines))} differ in its table.")
    for name, line in lines.items():
        if (folder / name).is_dir():
            yield from subjects(folder / name, f"{prefix}{name}.")
            continue
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        told = tuple(_functions(tree, SHARED.get(prefix + name, ())))
        if told:
            yield Subject(prefix + name, line, ast.get_docstring(tree) or "", told)


def _functions(tree: ast.Module, shared: tuple[str, ...]) -> Iterator[Function]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if node.name not in shared:
            yield Function(node.name, _signature(node), ast.get_docstring(node) or "")


def _signature(node: ast.FunctionDef) -> str:
    """The call, on one line or with a parameter a line."""
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(plain) - len(given.defaults)) + list(given.defaults)
    parts = [_parameter(one, value) for one, value in zip(plain, defaults, strict=True)]
    if given.kwonlyargs:
        parts.append(f"*{_parameter(given.vararg, None) if given.vararg else ''}")
        pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
        parts += [_parameter(one, value) for one, value in pairs]
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    line = f"{node.name}({', '.join(parts)}){returns}"
    if len(line) <= 88:
        return line
    listed = "".join(f"    {part},\n" for part in parts)
    return f"{node.name}(\n{listed}){returns}"


def _parameter(item: ast.arg, value: ast.expr | None) -> str:
    kind = f": {ast.unparse(item.annotation)}" if item.annotation else ""
    return f"{item.arg}{kind}" + (f" = {ast.unparse(value)}" if value else "")


def names_oracle(text: str) -> bool:
    """Whether a docstring says what its numbers are compared with."""
    return re.search(r"\b[Oo]racles?\b", text) is not None


def parts(text: str) -> list[tuple[str, str]]:
    """Paragraphs, and what they say about refusals, source and oracle, each with its label."""
    found = []
    for paragraph in text.split("\n\n"):
        for piece in _SPLIT.split(paragraph):
            found.append((next((word for word in _LABELS if piece.startswith(word)), ""), piece))
    return found


def r_call(text: str) -> str | None:
    """R's call of the same, from a docstring."""
    found = (_after(_flat(piece)) for label, piece in parts(text) if label == "R:")
    return next((call.removesuffix(".") for call in found), None)


def reference() -> dict[str, str]:
    """Page, as a path below docs/ -> its text: the overview, and a page a family."""
    families: dict[str, list[Subject]] = {}
    for subject in subjects():
        families.setdefault(subject.name.partition(".")[0], []).append(subject)
    pages = {f"methods/{name}.md": _family(name, members) for name, members in families.items()}
    pages["methods/from-r.md"] = _from_r(families)
    return {"methods.md": _overview(families)} | pages


def _from_r(families: dict[str, list[Subject]]) -> str:
    """Each call of R that an oracle makes, and the function that gives the same."""
    rows = sorted(
        (call, f"[`{family}.{function.name}`]({family}.md#{function.name})")
        for family, members in families.items()
        for subject in members
        for function in subject.functions
        for call in re.findall(r"`([^`]+)`", r_call(function.text) or "")
    )
    told = [f"| `{call}` | {name} |".replace("||", "\\|\\|") for call, name in rows]
    return "\n".join([_FROM_R, "| R | trialtrace.stats |", "| --- | --- |", *told, ""])


def _overview(families: dict[str, list[Subject]]) -> str:
    rows = [
        f"| [`{subject.name}`](methods/{family}.md#{subject.name.replace('.', '')}) "
        f"| {subject.line} | {len(subject.functions)} |"
        for family, members in families.items()
        for subject in members
    ]
    head = ["| subject | what | functions |", "| --- | --- | ---: |"]
    return "\n".join([_INTRODUCTION, *head, *rows, ""])


def _family(family: str, members: list[Subject]) -> str:
    package = ast.parse((STATS / family / "__init__.py").read_text(encoding="utf-8"))
    paragraphs = (ast.get_docstring(package) or "").split("\n\n")
    what = "\n\n".join(_prose(text) for text in paragraphs if not _ROW.search(text))
    return "\n".join([_FAMILY.format(family=family, what=what), *map(_subject, members)])


def _subject(subject: Subject) -> str:
    told = "\n\n".join(map(_prose, subject.text.split("\n\n")))
    return f"## {subject.name}\n\n{told}\n\n" + "\n".join(map(_function, subject.functions))


def _function(function: Function) -> str:
    found = parts(function.text)
    prose = "\n\n".join(_prose(piece) for label, piece in found if not label)
    notes = [
        f"- **{label.removesuffix(':')}{'' if label == 'Raises' else ':'}** {_after(_flat(piece))}"
        for wanted in _LABELS
        for label, piece in found
        if label == wanted
    ]
    told = "\n".join([prose, "", *notes]).rstrip()
    return f"### {function.name}\n\n```python\n{function.signature}\n```\n\n{told}\n"


def _after(piece: str) -> str:
    """What follows the label."""
    return re.sub(r"^(Raises|Oracles?|Sources?( and oracles)?|R):?\s*", "", piece)


def _prose(paragraph: str) -> str:
    """A paragraph on one line; aligned lines as they stand, lists item by item."""
    if paragraph.lstrip().startswith(">>>"):
        return f"```pycon\n{paragraph}\n```"
    lines = paragraph.split("\n")
    first = next((i for i, line in enumerate(lines) if _ALIGNED.match(line)), len(lines))
    told = re.sub(r" - (?=In |For )", "\n- ", " " + _flat("\n".join(lines[:first])))
    told = re.sub(r"^(References?|Oracle):", r"**\1.**", told.strip())
    if first == len(lines):
        return told
    block = "```text\n" + "\n".join(lines[first:]) + "\n```"
    return f"{told}\n\n{block}" if told else block


def _flat(text: str) -> str:
    return " ".join(text.split())
