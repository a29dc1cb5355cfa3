"""A public function of trialtrace.stats is reached by a stage, or the methods page says what for.

Reached means named, over any number of steps, by a definition of another room. Names are read from
the source: `getattr` on a module reaches whatever the module defines.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from written.library import IN_NO_PLAN

from trialtrace.run.trial.plan.registry import cards

PACKAGE = Path(__file__).resolve().parents[3] / "workflow/trialtrace"
STATS = "trialtrace.stats."


@cache
def trees() -> dict[str, ast.Module]:
    """The sources by the dotted names of their modules."""
    return {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(
            ".__init__"
        ): ast.parse(path.read_text(encoding="utf-8"))
        for path in PACKAGE.rglob("*.py")
    }


def imports(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for, dotted."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            names |= {a.asname: a.name for a in node.names if a.asname}
    return names


@cache
def defined(module: str) -> dict[str, ast.stmt]:
    """Top-level definitions of a module by their dotted names."""
    nodes: dict[str, ast.stmt] = {}
    for node in trees()[module].body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else []
        targets = node.targets if isinstance(node, ast.Assign) else targets
        names = [
            name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
        ]
        names += [node.name] if hasattr(node, "name") else []
        nodes |= {f"{module}.{name}": node for name in names}
    return nodes


def named(node: ast.AST, names: dict[str, str]) -> Iterator[str]:
    """Dotted names of the package that code uses, given what its plain names stand for."""
    for use in ast.walk(node):
        if isinstance(use, ast.Name | ast.Attribute):
            first, _, rest = ast.unparse(use).partition(".")
            yield ".".join(filter(None, [names.get(first), rest]))
        elif isinstance(use, ast.Call) and ast.unparse(use.func) == "getattr":
            module = names.get(ast.unparse(use.args[0]), "")
            yield from defined(module) if module in trees() else ()


@cache
def definitions() -> dict[str, ast.stmt]:
    return {name: node for module in trees() for name, node in defined(module).items()}


@cache
def scope(module: str) -> dict[str, str]:
    """What the plain names of a module stand for."""
    own = {name.rpartition(".")[2]: name for name in defined(module)}
    return imports(trees()[module]) | own


# What writes pages and stubs from the others.
WRITERS = {f"{STATS}reference", f"{STATS}offers"}


def used_by_stages() -> Iterator[str]:
    """Dotted names that other rooms use, and the formulas that cards name."""
    for card in cards():
        yield from (f"{STATS}{formula.replace(':', '.')}" for formula in card.formulas)
    for module, tree in trees().items():
        if not module.startswith("trialtrace.stats"):
            yield from named(tree, scope(module))


def reached(names: Iterable[str]) -> set[str]:
    """Dotted names of stats that these names lead to, themselves among them."""
    waiting, seen = list(names), set()
    while waiting:
        name = waiting.pop()
        module, _, last = name.rpartition(".")
        if name in seen or not name.startswith(STATS):
            continue
        seen.add(name)
        if name in definitions():
            waiting += named(definitions()[name], scope(module))
        elif module in trees() and last in scope(module):
            waiting.append(scope(module)[last])
        else:
            waiting.append(module)
    return seen


def public_functions() -> set[str]:
    return {
        name
        for module in trees()
        if module.startswith(STATS) and "._" not in module and module not in WRITERS
        for name, node in defined(module).items()
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def test_what_no_stage_reaches_waits_for_a_purpose_that_is_told():
    listed = [f"{STATS}{name}" for names in IN_NO_PLAN.values() for name in names]
    by_stages = reached(used_by_stages())
    assert not by_stages & set(listed), "a stage reaches what IN_NO_PLAN lists"
    assert set(listed) <= public_functions(), "IN_NO_PLAN lists what is not there"
    unused = public_functions() - by_stages - reached(listed)
    assert not unused, "no stage reaches it: take it out, or say in IN_NO_PLAN what it waits for"
