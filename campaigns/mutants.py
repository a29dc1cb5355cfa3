"""Mutants of a module: its text with one small fault, placed by its syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

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
    """Every mutant of a source in one line, by line; line numbers and comments stay.

    So do annotations, decorators (whether a class is frozen) and the inside of f-strings, whose
    places Python 3.11 does not tell.
    """
    tree, text = ast.parse(source), source.encode()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    left = _left(tree)
    nodes = [node for node in ast.walk(tree) if hasattr(node, "lineno") and id(node) not in left]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        for place, fault in _faults(node):
            if place.end_lineno != place.lineno or place.end_col_offset is None:
                continue
            begin = starts[place.lineno - 1] + place.col_offset
            end = starts[place.lineno - 1] + place.end_col_offset
            after = ast.unparse(fault)
            yield Mutant(
                place.lineno,
                text[begin:end].decode(),
                after,
                (text[:begin] + after.encode() + text[end:]).decode(),
            )


def _left(tree: ast.AST) -> set[int]:
    whole: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            whole.append(node)
        if isinstance(node, ast.arg | ast.AnnAssign):
            whole.append(node.annotation)
        if isinstance(node, ast.FunctionDef):
            whole.append(node.returns)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            whole += node.decorator_list
    return {id(inner) for each in whole if each is not None for inner in ast.walk(each)}


def _faults(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What to put where: an expression and what takes its place."""
    match node:
        case ast.Compare():
            for place, op in enumerate(node.ops):
                other = [*node.ops]
                other[place] = COMPARISONS[type(op)]()
                yield node, ast.Compare(node.left, other, node.comparators)
        case ast.Constant(value=bool()):
            yield node, ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield node, ast.Constant(node.value + 1)
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield node, ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield node, ast.BoolOp(other, node.values)
        case ast.If(test=ast.Name("TYPE_CHECKING")):
            pass
        case ast.If() | ast.While() | ast.IfExp():
            yield node.test, ast.UnaryOp(ast.Not(), node.test)
        case ast.UnaryOp(op=ast.Not()):
            yield node, node.operand
        case ast.Return(value=ast.expr()) if not _is_none(node.value):
            yield node.value, ast.Constant(None)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
