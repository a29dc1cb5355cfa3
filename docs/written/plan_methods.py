"""The page of the documentation on methods in plans: who computes each, who checks it, R's call.

Whether a library computes or checks is read from the code: which functions of it the formulas that
a card names, and its check, can come to call.
"""

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from types import FunctionType, ModuleType

from written.library import r_call

from trialtrace.run.methods.analysing.estimate import STATS
from trialtrace.run.methods.checking.registry import MODULES
from trialtrace.run.methods.inputs import function
from trialtrace.run.trial.plan.card import Card, Second
from trialtrace.run.trial.plan.references import method_of
from trialtrace.run.trial.plan.registry import cards

PAGE = "methods/in-plans.md"
PACKAGE = "trialtrace."
LIBRARIES = ("scipy.stats.", "statsmodels.", "pingouin.")
# Parts of a model, its type, warnings, ranks: nothing of these is a statistic.
NO_STATISTICS = (
    "statsmodels.duration.hazard_regression.PHRegResults",
    "statsmodels.genmod.families.",
    "statsmodels.tools.",
    "scipy.stats._stats_py.rankdata",
)
OWN = "own code"

_HEAD = """\
# Methods in plans

*Written from the cards, the formulas and the checks of `workflow/trialtrace/` by `make docs`.*

Every method that a plan can ask for, as its step says it: who computes the number, who computes it
again for the check, and R's call of the same. "{own}" is a formula of this project over numpy and
scipy's linear algebra, roots, optimisers, ranks and distributions; that of the check shares none
with the other. "By hand in" names a script of `tests/oracle/` that writes the
formula out, where R has no function of it or one that stops too early.

What each formula does, its source and what it refuses: [statistical methods](../methods.md). The
options of a step: [configuration](../configuration.md).
"""


def reference() -> str:
    """The page."""
    families = dict.fromkeys(card.family for card in cards())
    tables = (_table(family) for family in families)
    return "\n".join([_HEAD.format(own=OWN.capitalize()), *tables])


def _table(family: str) -> str:
    own = [card for card in cards() if card.family == family]
    words = (
        importlib.import_module(f"trialtrace.run.trial.plan.cards.{family}").__doc__ or ""
    ).strip()
    head = ["| step | what | computes | checks | R |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([f"## {words.removesuffix('.')}", "", *head, *map(_row, own), ""])


def _row(card: Card) -> str:
    formulas = list(map(_function, card.formulas))
    calls = dict.fromkeys(call for of in formulas if (call := r_call(inspect.getdoc(of) or "")))
    cells = (
        f"`{card.step}`",
        method_of(card.step).title,
        _told(formulas) if formulas else "a count",
        "; ".join(sorted(_checks(card))) or OWN,
        "; ".join(calls),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _function(formula: str) -> FunctionType:
    module, _, name = formula.partition(":")
    function: FunctionType = getattr(importlib.import_module(f"{STATS}.{module}"), name)
    return function


def _checks(card: Card) -> set[str]:
    """What checks a card's principal results, those of its statistic where it has one of that name,
    stand on."""
    if card.second:
        seconds = [card.second] if isinstance(card.second, Second) else card.second.values()
        return {name for second in seconds for name in _of_second(second)}
    checks = importlib.import_module(MODULES[card.check]).CHECKS
    if card.step in checks:
        return stands_on(checks[card.step])
    of_method = [name for name in checks if card.method in name.partition(".")[2]]
    own = [name for name in of_method if name.startswith(f"{card.statistic}.")]
    return {used for name in own or of_method for used in stands_on(checks[name])}


def _of_second(second: Second) -> set[str]:
    if second.function:
        return stands_on(function(second.function))
    library = second.by.partition(" ")[0].split(".")
    return {f"{library[0]} `{library[-1]}`"}


def _told(functions: list[FunctionType]) -> str:
    found = sorted({name for of in functions for name in stands_on(of)})
    return "; ".join(found) or OWN


def stands_on(function: Callable[..., object]) -> set[str]:
    """The functions of statistical libraries that a function can come to call, as "scipy `x`"."""
    waiting, seen, found = [inspect.unwrap(function)], set(), set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for used in _uses(one):
            name = f"{used.__module__}.{used.__name__}"
            if name.startswith(PACKAGE):
                waiting.append(inspect.unwrap(used))
            elif name.startswith(LIBRARIES) and not name.startswith(NO_STATISTICS):
                found.add(f"{name.partition('.')[0]} `{used.__name__}`")
    return found


@cache
def _uses(function: Callable[..., object]) -> list[FunctionType | type]:
    """Functions and classes that the source of a function, or of a class, names."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    scope: dict[str, object] = dict(vars(importlib.import_module(function.__module__)))
    if isinstance(function, FunctionType):
        scope |= inspect.getclosurevars(function).nonlocals
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            home = importlib.import_module(node.module)
            scope |= {each.asname or each.name: vars(home).get(each.name) for each in node.names}
        elif isinstance(node, ast.Import):
            short = {each.asname: each.name for each in node.names if each.asname}
            scope |= {own: importlib.import_module(name) for own, name in short.items()}
    named = (_value(node, scope) for node in ast.walk(tree))
    return [used for used in named if isinstance(used, FunctionType | type)]


def _value(node: ast.AST, scope: dict[str, object]) -> object:
    """What a name, or an attribute of a module, stands for."""
    if isinstance(node, ast.Name):
        return scope.get(node.id)
    if isinstance(node, ast.Attribute):
        home = _value(node.value, scope)
        return vars(home).get(node.attr) if isinstance(home, ModuleType) else None
    return None
