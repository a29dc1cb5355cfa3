"""The schemas: strict at every level, every key told, in step with the code beside them."""

import ast
import importlib
import inspect
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mini_trial import REPOSITORY
from written.configuration import PAGES

from trialtrace.base.config.schema import SHARED
from trialtrace.base.config.schema_files import schema_folder
from trialtrace.run.methods.analysing.estimate import formulas
from trialtrace.run.methods.analysing.registry import MODULES
from trialtrace.run.tables.contracts import ADSL as ADSL_CONTRACT
from trialtrace.run.trial.check_trial import ADSL
from trialtrace.run.trial.plan import card_modules
from trialtrace.run.trial.plan.card import TEST
from trialtrace.run.trial.plan.card_modules import MODULES as CARD_MODULES
from trialtrace.run.trial.plan.options import NoOptions
from trialtrace.run.trial.plan.registry import cards
from trialtrace.run.trial.plan.statistics import STATISTICS
from trialtrace.run.trial.plan.steps import Step


def schema_of(name: str) -> dict[str, Any]:
    return json.loads((schema_folder() / f"{name}.schema.json").read_text(encoding="utf-8"))


def parts(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, but not the conditions of `if`."""
    if isinstance(schema, dict):
        yield path, schema
        for key, inner in schema.items():
            if key != "if":
                yield from parts(inner, f"{path}/{key}")
    elif isinstance(schema, list):
        for position, inner in enumerate(schema):
            yield from parts(inner, f"{path}/{position}")


@pytest.mark.parametrize("name", [*PAGES, *SHARED])
def test_a_schema_is_one(name):
    Draft202012Validator.check_schema(schema_of(name))


@pytest.mark.parametrize("name", [*PAGES, *SHARED])
def test_no_level_accepts_unknown_keys(name):
    for path, part in parts(schema_of(name)):
        if part.get("type") != "object" or path == "":
            continue
        closed = "additionalProperties" in part
        told_apart = "allOf" in part or "if" in part
        assert closed or told_apart, path


def described(given: dict[str, Any]) -> str | None:
    """The description of what a key refers to in the schema of all."""
    name = given.get("$ref", "").removeprefix("common.schema.json#/$defs/")
    return schema_of("common")["$defs"].get(name, {}).get("description")


@pytest.mark.parametrize("name", PAGES)
def test_every_key_is_described(name):
    for path, part in parts(schema_of(name)):
        for key, given in part.get("properties", {}).items():
            if isinstance(given, dict) and "properties" not in path.rpartition("/")[2]:
                assert given.get("description") or described(given), f"{path}/{key}"


@pytest.mark.parametrize("name", PAGES)
def test_no_option_has_a_default(name):
    assert not [path for path, part in parts(schema_of(name)) if "default" in part]


@pytest.mark.parametrize("family", MODULES)
def test_a_family_runs_nothing_without_a_card(family):
    steps = {card.step for card in cards() if MODULES.get(card.family) == MODULES[family]}
    statistics = {step.partition(".")[0] for step in steps}
    run = importlib.import_module(MODULES[family]).METHODS
    assert set(run) <= steps | statistics


@pytest.mark.parametrize(
    "card", [card for card in cards() if card.formulas], ids=lambda card: card.step
)
def test_the_formulas_of_a_card_are_functions_of_the_statistics(card):
    first, *others = formulas(Step(card.statistic, card.method, NoOptions()))
    assert all(map(callable, others))
    assert callable(first) and set(card.fixed) <= set(inspect.signature(first).parameters)


def test_reading_cards_imports_no_formula():
    code = "import sys; from trialtrace.run.trial.plan.registry import cards; cards()"
    told = subprocess.run(
        [sys.executable, "-c", f"{code}; print('scipy' in sys.modules, 'numpy' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["False", "False"]


def test_the_registry_has_every_card_of_each_module():
    rooms = sorted(path.stem for path in card_modules.CARDS.glob("[a-z]*.py"))
    modules = [importlib.import_module(f"{card_modules.ROOM}.{name}") for name in rooms]
    held = {card.step: module.__name__ for module in modules for card in module.CARDS}
    assert held == CARD_MODULES and len(held) > 150


def test_a_card_in_two_modules_is_refused(tmp_path):
    for name in ("categorical", "margins"):
        (tmp_path / f"{name}.py").write_text(
            'CARDS = (\n    Card(\n        "p_value.fisher",\n    ),\n)\n'
        )
    with pytest.raises(ValueError, match=r"categorical and of .*margins"):
        card_modules.steps_of(tmp_path)


def test_every_family_runs():
    assert set(MODULES) == {card.family for card in cards() if not (card.inputs or card.run)}


def test_what_a_card_says_itself_is_named_nowhere_else():
    steps = {card.step for card in cards() if card.inputs and card.second}
    assert len(steps) > 25
    package = REPOSITORY / "workflow/trialtrace/run"
    named = [
        f"{path.relative_to(package)}: {node.value}"
        for room in ("methods", "multiverse", "claims", "trial")
        for path in sorted((package / room).rglob("*.py"))
        # What the refit of a stopped trial takes as the plain estimate of each measure.
        if path.parent != card_modules.CARDS and path.name != "check_interim.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in steps
    ]
    assert not named


def test_a_card_is_of_a_statistic_that_a_plan_can_ask_for():
    shared = Counter(card.options for card in cards())
    for card in cards():
        assert card.statistic in STATISTICS or (card.statistic == TEST and card.kinds), card.step
        # Options of one card alone say themselves what it is.
        assert card.statistic == TEST or not card.means or shared[card.options] > 1, card.step


def test_one_card_of_a_method_has_its_title():
    for method in {card.method for card in cards()}:
        titles = [card.title for card in cards() if card.method == method and card.title]
        assert len(titles) == 1, method


def test_the_columns_of_adsl_are_those_of_its_contract():
    assert list(ADSL) == ADSL_CONTRACT.names


def test_a_set_of_words_is_written_once():
    """Unions of `Literal`s with equal words are equal, so typing hands out the one made first: the
    order of words in a schema would depend on what was imported before."""
    placed: dict[frozenset[str], list[str]] = {}
    for path in sorted((REPOSITORY / "workflow/trialtrace").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
                listed = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                words = frozenset(map(ast.unparse, listed))
                placed.setdefault(words, []).append(f"{path.name}:{node.lineno}")
    twice = [places for words, places in placed.items() if len(words) > 1 and len(places) > 1]
    assert not twice, "name the words once, as an alias, and use it in both places"
