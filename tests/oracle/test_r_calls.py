"""A formula that is held against R says R's call, for who comes from there."""

import ast
import importlib
import inspect
import re

from recompute import HERE

from trialtrace.methods.analysing.formulas import STATS
from trialtrace.stats.reference import r_call
from trialtrace.trial.plan.registry import cards


def names(source: str) -> set[str]:
    """Every name that a module uses, imports or looks up."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        found |= {getattr(node, key) for key in ("id", "attr", "name") if hasattr(node, key)}
        found |= {node.value} if isinstance(node, ast.Constant) else set()
    return found


def formulas():
    """The functions that cards name, by "module:function"."""
    for named in dict.fromkeys(formula for card in cards() for formula in card.formulas):
        module, _, name = named.partition(":")
        yield named, getattr(importlib.import_module(f"{STATS}.{module}"), name)


def test_formulas_of_cards_beside_r_say_its_call():
    recomputed = set().union(*(names(path.read_text()) for path in HERE.glob("recompute*.py")))
    beside_r = [(named, of) for named, of in formulas() if of.__name__ in recomputed]
    assert len(beside_r) > 60
    hint = "say R's call in a line of the docstring: R: `wilcox.test(x, y)`."
    assert [named for named, of in beside_r if r_call(inspect.getdoc(of)) is None] == [], hint


def test_a_script_that_a_call_names_is_there():
    calls = [call for _, of in formulas() if (call := r_call(inspect.getdoc(of))) is not None]
    scripts = {script for call in calls for script in re.findall(r"\w+\.R\b", call)}
    assert scripts and scripts <= {path.name for path in HERE.glob("*.R")}
