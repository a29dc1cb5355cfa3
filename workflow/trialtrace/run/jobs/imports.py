"""What the source of a module or report imports, without running it.

Imports inside functions count; imports for type checkers alone do not run and do not count. A
top-level mapping from names to modules is a registry: it leads to the modules whose names are used.
"""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_TEXTS = (ast.Constant, ast.JoinedStr)
# What a card is called in the source: the key under which it names modules, and their room.
FORMULAS, FIGURES = "trialtrace.stats", "trialtrace.report.figures"
CARDS = {"Card": ("formula", FORMULAS), "Display": ("figure", FIGURES)}
CELL = re.compile(r"^```\{python\}[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Imports:
    """Dotted names that may be modules, and the texts of top-level mappings from text to text.

    `by_card` maps the name of a card to the modules that it names: the formulas of a statistic,
    the figure of a display. `entries` has the name and the lines of each entry of a registry.
    """

    names: tuple[str, ...]
    registry: dict[str, str]
    by_card: dict[str, list[str]] = field(default_factory=dict)
    entries: tuple[tuple[str, int, int], ...] = ()


def imports_of(text: str, suffix: str, package: tuple[str, ...]) -> Imports:
    """What Python source (.py) or the cells of a report (.qmd) import, in the given package."""
    code = {".py": [text], ".qmd": CELL.findall(text)}.get(suffix, [])
    trees = [ast.parse(part) for part in code]
    names = {name for tree in trees for name in _imported(tree, package)}
    registry = {key: name for tree in trees for key, name in _mappings(tree).items()}
    by_card = {card.name: card.modules for tree in trees for card in _cards(tree)}
    entries = tuple(entry for tree in trees for entry in _entries(tree)) if len(trees) == 1 else ()
    return Imports(tuple(sorted(names)), registry, by_card, entries)


def _imported(tree: ast.Module, package: tuple[str, ...]) -> Iterator[str]:
    for node in _statements(tree.body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            around = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*around, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement at any depth that can run."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and _for_type_checkers(node.test):
            yield from _statements(node.orelse)
            continue
        for part in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(node, part, []))
        for part in (*getattr(node, "handlers", []), *getattr(node, "cases", [])):
            yield from _statements(part.body)


def _for_type_checkers(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


@dataclass(frozen=True)
class _Card:
    """A card as its source says it: its name, the modules that it names, and where it stands."""

    name: str
    modules: list[str]
    place: ast.expr


def _cards(tree: ast.Module) -> Iterator[_Card]:
    """The `Card("statistic.method", …, formula="module:function")` of a top-level tuple, and a
    `Display("kind", …, figure="module")` that has a name; also by a `partial` of either.

    A formula is one text, a tuple of texts, or the name of either.
    """
    given: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            given |= {each.id: node.value for each in node.targets if isinstance(each, ast.Name)}
            for call in node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]:
                kind, arguments = _call(call, given)
                if isinstance(call, ast.Call) and kind in CARDS:
                    key, room = CARDS[kind]
                    modules = _modules(arguments.get(key), room, given)
                    yield _Card(_text(call.args[0], {}) or "", modules, call)


def _call(call: ast.expr, given: Mapping[str, ast.expr]) -> tuple[str, dict[str | None, ast.expr]]:
    """What is called, and its arguments by name, those among them that a `partial` has fixed."""
    if not isinstance(call, ast.Call):
        return "", {}
    arguments = {each.arg: each.value for each in call.keywords}
    name = getattr(call.func, "id", "")
    fixed = given.get(name)
    if isinstance(fixed, ast.Call) and getattr(fixed.func, "id", "") == "partial":
        whole = ast.Call(fixed.args[0], fixed.args[1:], fixed.keywords)
        name, before = _call(whole, given)
        arguments = before | arguments
    return name, arguments


def _modules(named: ast.expr | None, room: str, given: Mapping[str, ast.expr]) -> list[str]:
    """The modules of the formulas of a card, or of its figure, each once."""
    texts = (_text(each, {}) for each in _flat(named, given))
    modules = (text.partition(":")[0] for text in texts if text)
    return list(dict.fromkeys(f"{room}.{module}" for module in modules))


def _flat(named: ast.expr | None, given: Mapping[str, ast.expr]) -> Iterator[ast.expr]:
    """The elements of a tuple, of those in it, and of what a name stands for."""
    match named:
        case ast.Name(id=name) if name in given:
            yield from _flat(given[name], given)
        case ast.Starred(value=value):
            yield from _flat(value, given)
        case ast.Tuple(elts=elements):
            for each in elements:
                yield from _flat(each, given)
        case ast.expr():
            yield named


def _entries(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Name, first and last line of each entry of top-level mappings to texts, and of each card."""
    for card in _cards(tree):
        yield card.name, card.place.lineno, card.place.end_lineno or card.place.lineno
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name = _text(key, {})
                if key is not None and name is not None and isinstance(value, _TEXTS):
                    yield name, key.lineno, value.end_lineno or value.lineno


def outside_entries(
    text: str, entries: Iterable[tuple[str, int, int]], kept: Collection[str]
) -> str:
    """Source without those entries of its registry that are not kept."""
    gone = {
        number
        for name, first, last in entries
        if name not in kept
        for number in range(first, last + 1)
    }
    lines = enumerate(text.splitlines(), 1)
    return "\n".join(line for number, line in lines if number not in gone)


def _mappings(tree: ast.Module) -> dict[str, str]:
    """The entries of top-level `{"name": "package.module", …}`; f-strings of constants count."""
    constants: dict[str, str] = {}
    mappings: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name, text = _text(key, constants), _text(value, constants)
                if name is not None and text is not None:
                    mappings[name] = text
        elif (text := _text(node.value, constants)) is not None:
            constants[getattr(target, "id", "")] = text
    return mappings


def _text(node: ast.expr | None, constants: Mapping[str, str]) -> str | None:
    """The text that an expression of constants stands for; None for any other expression."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, constants)
    if isinstance(node, ast.JoinedStr):
        parts = [text for part in node.values if (text := _text(part, constants)) is not None]
        return "".join(parts) if len(parts) == len(node.values) else None
    return None
