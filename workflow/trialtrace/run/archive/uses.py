"""What each function of a source file uses, by names, without running it.

A use is one of: `name`, a function or class of the same file; `=name`, what a name of its module
level stands for; `module:name` and `module:name.attribute`, what an import leads to; `.attribute`,
a method of whatever class has it; and DYNAMIC, an attribute by a name that only the run knows.
Names that a function binds itself are none. Annotations of arguments are none; those of fields
are, since shapes are read from them.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trialtrace.run.jobs.closure import PACKAGE

# Node of a file (a function, a class, a name of the module level) -> what it uses.
Uses = dict[str, list[str]]
DYNAMIC, PROPERTY, FOREIGN = "?", "@", "*"
MODULE = "(module)"
PROPERTIES = {"property", "cached_property"}
BY_NAME = {"getattr", "attrgetter", "methodcaller", "hasattr", "setattr"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def uses_of(path: Path) -> Uses:
    """What the functions, classes and names of a module use; nothing of another file."""
    if path.suffix != ".py":
        return {}
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:
        return {}
    uses: dict[str, set[str]] = {MODULE: set()}
    names = _Names.of(tree)
    for alias, use in names.imports.items():
        uses[f"={alias}"] = {use}
    for node in tree.body:
        for name, used in _of_statement(node, names):
            uses.setdefault(name, set()).update(used)
    return {name: sorted(used) for name, used in uses.items()}


@dataclass(frozen=True)
class _Names:
    """What the names of a module level are; `local` are those that a function binds itself."""

    own: frozenset[str]
    variables: frozenset[str]
    imports: dict[str, str]
    local: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, tree: ast.Module) -> "_Names":
        names = {node.name for node in tree.body if isinstance(node, Function | ast.ClassDef)}
        bound = {name for node in tree.body for name in _bound(node)}
        return cls(frozenset(names), frozenset(bound - names), _imports(tree.body))

    def inside(self, function: Function) -> "_Names":
        """The same within a function of the module or of a class."""
        spec = function.args
        given = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
        local = {each.arg for each in given if each is not None}
        local |= {name for node in function.body for name in _bound(node)}
        imports = _imports(
            [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
        )
        outside = {
            name
            for node in ast.walk(function)
            if isinstance(node, ast.Global)
            for name in node.names
        }
        known = {name: use for name, use in self.imports.items() if name not in local}
        return _Names(
            self.own, self.variables, known | imports, frozenset(local - {*imports} - outside)
        )

    def use(self, name: str) -> str | None:
        """What a name leads to; None where it is bound by the function, or built in."""
        if name in self.local:
            return None
        if name in self.imports:
            return self.imports[name]
        return name if name in self.own else f"={name}" if name in self.variables else None


def _of_statement(node: ast.stmt, names: _Names) -> Iterator[tuple[str, set[str]]]:
    """(node of the file, what it uses) of a statement of the module level."""
    if isinstance(node, Function):
        yield node.name, _of_function(node, names)
    elif isinstance(node, ast.ClassDef):
        yield from _of_class(node, names, "")
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in (f"={name}" for each in targets for name in _bound(each)):
            yield from _of_value(target, node.value, names)
    elif not isinstance(node, ast.Import | ast.ImportFrom) and not _for_type_checkers(node):
        yield MODULE, set(_walk(node, names))
        yield from ((f"={name}", set(_walk(node, names))) for name in _bound(node))


def _of_value(target: str, value: ast.expr | None, names: _Names) -> Iterator[tuple[str, set[str]]]:
    """A name of the module level; a table by texts has a node for each of its keys."""
    if not isinstance(value, ast.Dict):
        yield target, set(_walk(value, names)) if value else set()
        return
    yield target, set()
    for key, entry in zip(value.keys, value.values, strict=True):
        text = key.value if isinstance(key, ast.Constant) else None
        name = f"{target}[{text}]" if isinstance(text, str) else target
        yield name, {*_walk(entry, names), *(_walk(key, names) if key else ())}


def _of_class(node: ast.ClassDef, names: _Names, outer: str) -> Iterator[tuple[str, set[str]]]:
    """A class with what it is made from, then its methods."""
    name = f"{outer}{node.name}"
    used: set[str] = set()
    for part in (*node.decorator_list, *node.bases, *(each.value for each in node.keywords)):
        used |= {*_walk(part, names)}
    if any(not _of_package(base, names) for base in node.bases):
        used.add(FOREIGN)
    for inner in node.body:
        if isinstance(inner, Function):
            kinds = {each.id for each in inner.decorator_list if isinstance(each, ast.Name)}
            marked = {PROPERTY} if kinds & PROPERTIES else set()
            yield f"{name}.{inner.name}", _of_function(inner, names) | marked
        elif isinstance(inner, ast.ClassDef):
            used.add(f"{name}.{inner.name}")
            yield from _of_class(inner, names, f"{name}.")
        else:
            used |= {*_walk(inner, names)}
            if isinstance(inner, ast.AnnAssign):
                used |= {*_walk(inner.annotation, names)}
    yield name, used


def _of_package(base: ast.expr, names: _Names) -> bool:
    """Whether a class of the package is meant, whose methods nothing else calls."""
    while isinstance(base, ast.Subscript | ast.Attribute):
        base = base.value
    use = names.use(base.id) if isinstance(base, ast.Name) else None
    return use is not None and not use.startswith("=")


def _of_function(node: Function, names: _Names) -> set[str]:
    inner = names.inside(node)
    used = {use for part in node.body for use in _walk(part, inner)}
    around = (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults))
    return used | {use for part in around for use in _walk(part, names)}


def _walk(node: ast.AST, names: _Names) -> Iterator[str]:
    """What a piece of source uses."""
    if isinstance(node, ast.Name):
        if use := names.use(node.id):
            yield use
        return
    if isinstance(node, ast.Attribute):
        yield from _attribute(node, names)
        return
    if isinstance(node, ast.Call):
        yield from _asked_by_name(node)
    elif isinstance(node, ast.MatchClass):
        yield from (f".{name}" for name in node.kwd_attrs)
    for field_name, value in ast.iter_fields(node):
        # A function's annotations, and those of its variables, do not run.
        if field_name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child, names)


def _attribute(node: ast.Attribute, names: _Names) -> Iterator[str]:
    use = names.use(node.value.id) if isinstance(node.value, ast.Name) else None
    if use is not None and ":" in use:
        yield f"{use}.{node.attr}"
    else:
        yield f".{node.attr}"
        yield from _walk(node.value, names)


def _asked_by_name(node: ast.Call) -> Iterator[str]:
    """Attributes that `getattr` and its like are asked for."""
    called = node.func
    name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
    if name not in BY_NAME:
        return
    texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    yield from (f".{text}" for text in texts if isinstance(text, str) and text.isidentifier())
    asked = node.args[1] if name == "getattr" and len(node.args) > 1 else None
    if asked is not None and not isinstance(asked, ast.Constant):
        yield DYNAMIC


def _bound(node: ast.AST) -> Iterator[str]:
    """Names that a statement binds in its own scope."""
    if isinstance(node, Function | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)


def _imports(body: Sequence[ast.stmt]) -> dict[str, str]:
    """Name -> "module:name" of the package; an imported module is "module:"."""
    imports: dict[str, str] = {}
    for node in _statements(body):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            imports |= {a.asname or a.name: f"{node.module}:{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            named = [each for each in node.names if each.name.split(".")[0] == PACKAGE]
            imports |= {each.asname or PACKAGE: f"{each.name}:" for each in named}
    return imports


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that can run, at any depth outside of functions and classes."""
    for node in body:
        if _for_type_checkers(node):
            continue
        yield node
        if not isinstance(node, Function | ast.ClassDef):
            for part in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(node, part, []))
            for part in (*getattr(node, "handlers", []), *getattr(node, "cases", [])):
                yield from _statements(part.body)


def _for_type_checkers(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
