"""Mutants of a module: the same source with one small fault, made from its syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}


@dataclass(frozen=True)
class Mutant:
    line: int
    before: str
    after: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a source, in the order of its lines; annotations stay as they are."""
    tree = ast.parse(source)
    for node, name, value in faults(tree):
        yield mutant(tree, node, name, value)


def faults(tree: ast.Module) -> Iterator[tuple[ast.AST, str, Any]]:
    """Every fault that a source may be given, by line: node, attribute, its other value."""
    left = _annotations(tree)
    nodes = [node for node in ast.walk(tree) if hasattr(node, "lineno") and id(node) not in left]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        for name, value in _faults(node):
            yield node, name, value


def mutant(tree: ast.Module, node: ast.AST, name: str, value: Any) -> Mutant:
    """The source of a tree with one fault; the tree is left as it was."""
    kept, before = getattr(node, name), _shown(node)
    setattr(node, name, value)
    made = Mutant(node.lineno, before, _shown(node), ast.unparse(tree))
    setattr(node, name, kept)
    return made


def _annotations(tree: ast.AST) -> set[int]:
    whole = [
        getattr(node, name, None)
        for node in ast.walk(tree)
        if isinstance(node, ast.arg | ast.AnnAssign | ast.FunctionDef)
        for name in ("annotation", "returns")
    ]
    return {id(inner) for note in whole if note is not None for inner in ast.walk(note)}


def _faults(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """What to put where: an attribute of the node and its other value."""
    match node:
        case ast.Compare():
            for place, op in enumerate(node.ops):
                other = [*node.ops]
                other[place] = COMPARISONS[type(op)]()
                yield "ops", other
        case ast.Constant(value=bool()):
            yield "value", not node.value
        case ast.Constant(value=int() | float()):
            yield "value", node.value + 1
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield "op", ARITHMETIC[type(node.op)]()
        case ast.BoolOp():
            yield "op", ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.If(test=ast.Name("TYPE_CHECKING")):
            pass
        case ast.If() | ast.While() | ast.IfExp():
            yield "test", ast.UnaryOp(ast.Not(), node.test)
        case ast.UnaryOp(op=ast.Not()):
            yield "operand", ast.UnaryOp(ast.Not(), node.operand)
        case ast.Return(value=ast.expr()) if not _is_none(node.value):
            yield "value", ast.Constant(None)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _shown(node: ast.AST) -> str:
    """The first line of a node, as Python writes it."""
    line = ast.unparse(node).splitlines()[0]
    return line if len(line) <= 90 else line[:89] + "…"
